"""Let operators schedule a version of the rules ahead of time."""

import sqlalchemy as sa
from alembic import op

from chassis.column_types import Instant

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "rule_version",
        sa.Column("version", sa.String(16), nullable=False),
        sa.Column("effective_from", sa.String(10), nullable=False),
        sa.Column("numbers", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("scheduled_by", sa.String(128), nullable=False),
        sa.Column("scheduled_at", Instant(), nullable=False),
        sa.Column("withdrawn_at", Instant()),
        sa.PrimaryKeyConstraint("version"),
    )
    in_force = sa.text("withdrawn_at is null")
    op.create_index(
        "rule_version_one_a_day",
        "rule_version",
        ["effective_from"],
        unique=True,
        postgresql_where=in_force,
        sqlite_where=in_force,
    )
