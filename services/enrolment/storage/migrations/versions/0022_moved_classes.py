"""Note where a class is held, and when it was last moved with people in it."""

import sqlalchemy as sa
from alembic import op

from chassis.column_types import Instant

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    op.add_column("training_class", sa.Column("venue", sa.Text()))
    op.add_column("training_class", sa.Column("moved_at", Instant()))
    op.add_column(
        "training_class",
        sa.Column(
            "moved_position",
            sa.BigInteger(),
            sa.CheckConstraint(
                "(moved_at is null) = (moved_position is null)", name="class_moved_as_an_entry_says"
            ),
        ),
    )
