"""Count guesses at names for long, keep answers under idempotency keys, and tell who invited whom."""

import sqlalchemy as sa
from alembic import op

from chassis.column_types import Instant

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "guesses_at_name",
        sa.Column("name_key", sa.String(64), primary_key=True),
        sa.Column("guesses", sa.Integer, nullable=False),
        sa.Column("since", Instant(), nullable=False),
        sa.CheckConstraint("guesses >= 0", name="guesses_at_name_are_counted"),
    )
    op.create_table(
        "stored_answer",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("status", sa.SmallInteger, nullable=False),
        sa.Column("headers", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("stored_at", Instant(), nullable=False),
    )
    op.create_index("stored_answer_by_age", "stored_answer", ["stored_at"])
    op.add_column("account", sa.Column("invited_by", sa.String(128)))
