"""Let one operator propose a correction of money, and another decide on it."""

import sqlalchemy as sa
from alembic import op

from chassis.column_types import Identifier, Instant

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "correction",
        sa.Column("correction_id", Identifier(), nullable=False),
        sa.Column("card_ref", Identifier(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("case_number", sa.String(64), nullable=False),
        sa.Column("proposed_by", sa.String(128), nullable=False),
        sa.Column("proposed_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("decided_by", sa.String(128)),
        sa.Column("decided_at", Instant()),
        sa.Column("decision_reason", sa.Text()),
        sa.PrimaryKeyConstraint("correction_id"),
        sa.ForeignKeyConstraint(["card_ref"], ["card.card_ref"]),
        sa.CheckConstraint(
            "amount <> 0 and amount between -3500000 and 3500000",
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
    )
    op.create_index("correction_by_state", "correction", ["state", "correction_id"])
    op.create_index("correction_by_card", "correction", ["card_ref", "correction_id"])
    op.add_column("movement", sa.Column("correction_id", Identifier()))
    op.create_index(
        "movement_once_a_correction",
        "movement",
        ["correction_id"],
        unique=True,
        postgresql_where=sa.text("correction_id is not null"),
        sqlite_where=sa.text("correction_id is not null"),
    )
