"""Let operators pause admissions and enrolments."""

import sqlalchemy as sa
from alembic import op

from chassis.column_types import Identifier, Instant

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "pause",
        sa.Column("pause_id", Identifier(), nullable=False),
        sa.Column("what", sa.String(16), nullable=False),
        sa.Column("region", sa.String(5), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("began_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("pause_id"),
        sa.UniqueConstraint("what", "region", name="pause_once_a_place"),
    )
