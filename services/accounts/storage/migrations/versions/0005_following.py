"""Follow enrolment's journal."""

import sqlalchemy as sa
from alembic import op

from chassis.column_types import Identifier, Instant

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "follower_state",
        sa.Column("source", sa.String(32), primary_key=True),
        sa.Column("epoch", Identifier()),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("digest", sa.String(64)),
        sa.Column("checked_at", Instant(), nullable=False),
    )
