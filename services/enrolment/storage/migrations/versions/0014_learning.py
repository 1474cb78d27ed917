"""Keep evidence of attendance, results and reviews, and find who is late."""

import sqlalchemy as sa
from alembic import op

from chassis.column_types import Identifier, Instant
from chassis.journal_schema import forbid_changes_1

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.add_column("training_class", sa.Column("has_final_test", sa.Boolean()))
    for name in ("holder_due_at", "provider_due_at", "open_again_at"):
        op.add_column("enrolment", sa.Column(name, Instant()))
    for name, columns, condition in (
        (
            "enrolment_by_holder_due",
            ["holder_due_at", "enrolment_id"],
            "holder_due_at is not null",
        ),
        (
            "enrolment_by_provider_due",
            ["provider_due_at", "enrolment_id"],
            "provider_due_at is not null",
        ),
        (
            "enrolment_without_due",
            ["enrolment_id"],
            "live_slot is not null and provider_due_at is null",
        ),
    ):
        op.create_index(
            name,
            "enrolment",
            columns,
            postgresql_where=sa.text(condition),
            sqlite_where=sa.text(condition),
        )
    op.create_index(
        "movement_once_out_of_set_aside",
        "movement",
        ["enrolment_id"],
        unique=True,
        postgresql_where=sa.text("source = 'set_aside'"),
        sqlite_where=sa.text("source = 'set_aside'"),
    )
    op.create_table(
        "evidence",
        sa.Column("evidence_id", Identifier(), nullable=False),
        sa.Column("enrolment_id", Identifier(), nullable=False),
        sa.Column("sequence", sa.SmallInteger(), nullable=False),
        sa.Column("present", sa.Boolean(), nullable=False),
        sa.Column("source", sa.String(16), nullable=False),
        sa.Column("device_time", Instant(), nullable=False),
        sa.Column("score", sa.SmallInteger()),
        sa.Column("corrects", Identifier()),
        sa.Column("reason", sa.Text()),
        sa.Column("held_from", Instant()),
        sa.Column("held_to", Instant()),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("actor", sa.String(128), nullable=False),
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("evidence_id"),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.enrolment_id"]),
        sa.ForeignKeyConstraint(["corrects"], ["evidence.evidence_id"]),
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
            "(held_from is null) = (held_to is null)"
            " and (held_from is null or held_from < held_to)",
            name="evidence_of_a_whole_make_up",
        ),
    )
    op.create_index("evidence_by_enrolment", "evidence", ["enrolment_id", "position"])
    op.create_index(
        "evidence_corrected_once",
        "evidence",
        ["corrects"],
        unique=True,
        postgresql_where=sa.text("corrects is not null"),
        sqlite_where=sa.text("corrects is not null"),
    )
    op.create_table(
        "training_result",
        sa.Column("enrolment_id", Identifier(), nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("attended", sa.SmallInteger(), nullable=False),
        sa.Column("meetings", sa.SmallInteger(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("movement_id", Identifier()),
        sa.Column("rule_version", sa.String(32), nullable=False),
        sa.Column("given_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("enrolment_id"),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.enrolment_id"]),
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
    )
    op.create_table(
        "review",
        sa.Column("enrolment_id", Identifier(), nullable=False),
        sa.Column("rating", sa.SmallInteger(), nullable=False),
        sa.Column("sealed_text", sa.Text()),
        sa.Column("reviewed_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("enrolment_id"),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.enrolment_id"]),
        sa.CheckConstraint("rating between 1 and 5", name="review_rates_from_one_to_five"),
    )
    forbid_changes_1(op.get_bind(), "evidence", key="evidence_id")
    forbid_changes_1(op.get_bind(), "training_result", key="enrolment_id")
