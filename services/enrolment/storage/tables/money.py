"""Movements of money and corrections."""

from __future__ import annotations

import sqlalchemy as sa

from chassis.column_types import Identifier, Instant
from services.enrolment.domain.money.correction import MOST_CORRECTED
from services.enrolment.storage.tables.metadata import METADATA

MOVEMENT = sa.Table(
    "movement",
    METADATA,
    sa.Column("movement_id", Identifier, primary_key=True),
    sa.Column("cause", sa.String(16), nullable=False),
    sa.Column("source", sa.String(16), nullable=False),
    sa.Column("target", sa.String(16), nullable=False),
    sa.Column("amount", sa.BigInteger, nullable=False),
    sa.Column("card_ref", Identifier, sa.ForeignKey("card.card_ref"), nullable=False),
    sa.Column("enrolment_id", Identifier),
    sa.Column("class_id", Identifier),
    sa.Column("provider_id", Identifier),
    sa.Column("moved_at", Instant, nullable=False),
    sa.Column("correction_id", Identifier),
    sa.CheckConstraint("amount > 0", name="movement_moves_something"),
    sa.CheckConstraint("source <> target", name="movement_between_two_accounts"),
    sa.Index("movement_by_card", "card_ref", "movement_id"),
    sa.Index(
        "movement_once_a_correction",
        "correction_id",
        unique=True,
        postgresql_where=sa.text("correction_id is not null"),
        sqlite_where=sa.text("correction_id is not null"),
    ),
    # What was set aside for an enrolment leaves once: to the card, to the State or to the provider.
    sa.Index(
        "movement_once_out_of_set_aside",
        "enrolment_id",
        unique=True,
        postgresql_where=sa.text("source = 'set_aside'"),
        sqlite_where=sa.text("source = 'set_aside'"),
    ),
    info={"append_only": True},
)


CORRECTION = sa.Table(
    "correction",
    METADATA,
    sa.Column("correction_id", Identifier, primary_key=True),
    sa.Column("card_ref", Identifier, sa.ForeignKey("card.card_ref"), nullable=False),
    sa.Column("amount", sa.BigInteger, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("case_number", sa.String(64), nullable=False),
    sa.Column("proposed_by", sa.String(128), nullable=False),
    sa.Column("proposed_at", Instant, nullable=False),
    sa.Column("expires_at", Instant, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("decided_by", sa.String(128)),
    sa.Column("decided_at", Instant),
    sa.Column("decision_reason", sa.Text),
    sa.CheckConstraint(
        f"amount <> 0 and amount between -{MOST_CORRECTED} and {MOST_CORRECTED}",
        name="correction_within_bounds",
    ),
    sa.CheckConstraint(
        "(state = 'proposed') = (decided_by is null)"
        " and (decided_by is null) = (decided_at is null)",
        name="correction_decided_by_somebody",
    ),
    sa.CheckConstraint(
        "state in ('proposed', 'withdrawn') or decided_by <> proposed_by",
        name="correction_decided_by_another",
    ),
    sa.CheckConstraint(
        "state <> 'withdrawn' or decided_by = proposed_by",
        name="correction_withdrawn_by_its_proposer",
    ),
    sa.CheckConstraint(
        "state in ('proposed', 'approved', 'refused', 'withdrawn')",
        name="correction_state_is_known",
    ),
    sa.Index("correction_by_state", "state", "correction_id"),
    sa.Index("correction_by_card", "card_ref", "correction_id"),
)
