"""Know how far the end of a pause has come, which gives clocks their days again, and remember when pauses were."""

import sqlalchemy as sa
from alembic import op

from chassis.column_types import Identifier, Instant

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.add_column("pause", sa.Column("ended_at", Instant()))
    op.add_column("pause", sa.Column("given_to", Identifier()))
    op.add_column("pause", sa.Column("given", sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "past_pause",
        sa.Column("pause_id", Identifier(), nullable=False),
        sa.Column("region", sa.String(5), nullable=False),
        sa.Column("began_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("pause_id"),
        sa.CheckConstraint("began_at <= ended_at", name="past_pause_ends_after_it_began"),
    )
