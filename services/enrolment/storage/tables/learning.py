"""Evidence, results and reviews."""

from __future__ import annotations

import sqlalchemy as sa

from chassis.column_types import Identifier, Instant
from services.enrolment.storage.tables.metadata import METADATA

EVIDENCE = sa.Table(
    "evidence",
    METADATA,
    sa.Column("evidence_id", Identifier, primary_key=True),
    sa.Column("enrolment_id", Identifier, sa.ForeignKey("enrolment.enrolment_id"), nullable=False),
    sa.Column("sequence", sa.SmallInteger, nullable=False),
    sa.Column("present", sa.Boolean, nullable=False),
    sa.Column("source", sa.String(16), nullable=False),
    sa.Column("device_time", Instant, nullable=False),
    sa.Column("score", sa.SmallInteger),
    sa.Column("corrects", Identifier, sa.ForeignKey("evidence.evidence_id")),
    sa.Column("reason", sa.Text),
    sa.Column("held_from", Instant),
    sa.Column("held_to", Instant),
    sa.Column("recorded_at", Instant, nullable=False),
    sa.Column("actor", sa.String(128), nullable=False),
    sa.Column("role", sa.String(32), nullable=False),
    # Where the entry in the journal stands that tells of it: entries of one enrolment are in this order.
    sa.Column("position", sa.BigInteger, nullable=False),
    sa.CheckConstraint("sequence between 1 and 999", name="evidence_of_a_meeting"),
    sa.CheckConstraint(
        "score is null or (score between 0 and 100 and sequence = 999)",
        name="evidence_scores_the_final_test",
    ),
    sa.CheckConstraint(
        "corrects is null or (reason is not null and corrects <> evidence_id)",
        name="evidence_corrected_for_a_reason",
    ),
    sa.CheckConstraint(
        "(held_from is null) = (held_to is null) and (held_from is null or held_from < held_to)",
        name="evidence_of_a_whole_make_up",
    ),
    sa.Index("evidence_by_enrolment", "enrolment_id", "position"),
    sa.Index(
        "evidence_corrected_once",
        "corrects",
        unique=True,
        postgresql_where=sa.text("corrects is not null"),
        sqlite_where=sa.text("corrects is not null"),
    ),
    info={"append_only": True},
)
"""Who came to which meeting, as it was told; a correction is a row of its own."""


TRAINING_RESULT = sa.Table(
    "training_result",
    METADATA,
    sa.Column(
        "enrolment_id", Identifier, sa.ForeignKey("enrolment.enrolment_id"), primary_key=True
    ),
    sa.Column("outcome", sa.String(16), nullable=False),
    sa.Column("attended", sa.SmallInteger, nullable=False),
    sa.Column("meetings", sa.SmallInteger, nullable=False),
    sa.Column("evidence", sa.Text, nullable=False),
    sa.Column("movement_id", Identifier),
    sa.Column("rule_version", sa.String(32), nullable=False),
    sa.Column("given_at", Instant, nullable=False),
    sa.CheckConstraint(
        "outcome in ('completed', 'incomplete', 'no_show')", name="training_result_is_known"
    ),
    sa.CheckConstraint(
        "attended between 0 and meetings and evidence <> '[]'",
        name="training_result_from_evidence",
    ),
    sa.CheckConstraint(
        "outcome <> 'completed' or (attended > 0 and movement_id is null)",
        name="training_result_completed_by_who_came",
    ),
    info={"append_only": True},
)
"""How a training ended, once: `evidence` are the ids of all that counted. What is found later voids it, beside it."""


REVIEW = sa.Table(
    "review",
    METADATA,
    sa.Column(
        "enrolment_id", Identifier, sa.ForeignKey("enrolment.enrolment_id"), primary_key=True
    ),
    sa.Column("rating", sa.SmallInteger, nullable=False),
    sa.Column("sealed_text", sa.Text),
    sa.Column("reviewed_at", Instant, nullable=False),
    sa.CheckConstraint("rating between 1 and 5", name="review_rates_from_one_to_five"),
)
"""What holders say of their trainings. The text is sealed: it may hold anything, and goes with its author."""
