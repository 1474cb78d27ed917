"""Note the classes that were moved, until everybody who is in one was told, and find what has to be sent first."""

import sqlalchemy as sa
from alembic import op

from chassis.column_types import Identifier, Instant

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "moved_class",
        sa.Column("entry_digest", sa.String(64), primary_key=True),
        sa.Column("class_id", Identifier(), nullable=False),
        sa.Column("moved_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("told_to", Identifier()),
    )
    op.create_index(
        "message_by_end",
        "message",
        ["expires_at"],
        postgresql_where=sa.text("sealed is not null"),
        sqlite_where=sa.text("sealed is not null"),
    )
