"""Remember what was admitted at once, so that it can be undone, and keep withdrawn cards' holders apart."""

import sqlalchemy as sa
from alembic import op

from chassis.column_types import Identifier, Instant

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "admission",
        sa.Column("admission_id", Identifier(), nullable=False),
        sa.Column("wave_id", Identifier(), nullable=False),
        sa.Column("admitted_at", Instant(), nullable=False),
        sa.Column("admitted_by", sa.String(128), nullable=False),
        sa.Column("cards", sa.Integer(), nullable=False),
        sa.Column("undone_at", Instant()),
        sa.Column("undone_by", sa.String(128)),
        sa.Column("undo_reason", sa.Text()),
        sa.Column("withdrawn", sa.Integer(), server_default="0", nullable=False),
        sa.Column("undone_position", sa.BigInteger()),
        sa.PrimaryKeyConstraint("admission_id"),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.wave_id"]),
        sa.CheckConstraint("withdrawn between 0 and cards", name="admission_withdraws_its_own"),
        sa.CheckConstraint(
            "(undone_at is null) = (withdrawn = 0)"
            " and (undone_at is null) = (undone_by is null)"
            " and (undone_at is null) = (undone_position is null)",
            name="admission_undone_as_a_whole",
        ),
    )
    op.create_index("admission_by_wave", "admission", ["wave_id", "admission_id"])
    op.add_column(
        "card",
        sa.Column(
            "admission_id",
            Identifier(),
            sa.CheckConstraint(
                "state <> 'withdrawn' or balance = 0", name="card_withdrawn_is_empty"
            ),
        ),
    )
    op.create_index(
        "card_by_admission",
        "card",
        ["admission_id"],
        postgresql_where=sa.text("admission_id is not null"),
        sqlite_where=sa.text("admission_id is not null"),
    )
    op.create_table(
        "withdrawn_person",
        sa.Column("card_ref", Identifier(), nullable=False),
        sa.Column("card_number_digest", sa.String(64), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("card_ref"),
        sa.ForeignKeyConstraint(["card_ref"], ["card.card_ref"]),
        sa.UniqueConstraint("card_number_digest"),
    )
