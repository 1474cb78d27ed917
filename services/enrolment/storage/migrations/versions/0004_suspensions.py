"""Know which providers are suspended."""

import sqlalchemy as sa
from alembic import op

from chassis.column_types import Identifier

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "suspension",
        sa.Column("provider_id", Identifier(), nullable=False),
        sa.Column("in_force", sa.Boolean(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("provider_id"),
    )
