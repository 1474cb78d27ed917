"""Remember when enrolments were paused, as of when a card's deadline is kept, and which rules judged rows of files."""

import sqlalchemy as sa
from alembic import op

from chassis.column_types import Identifier, Instant

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.add_column("card", sa.Column("clock_from", Instant()))
    op.add_column("admission_chunk", sa.Column("rule_version", sa.String(32)))
    op.create_table(
        "past_pause",
        sa.Column("pause_id", Identifier(), nullable=False),
        sa.Column("region", sa.String(5), nullable=False),
        sa.Column("began_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("pause_id"),
        sa.CheckConstraint("began_at <= ended_at", name="past_pause_ends_after_it_began"),
        sa.Index("past_pause_by_end", "ended_at"),
    )
