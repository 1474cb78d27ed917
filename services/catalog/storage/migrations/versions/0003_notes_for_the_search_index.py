"""Note classes that fill up or come free, and find those whose registration closes."""

import sqlalchemy as sa
from alembic import op

from chassis.column_types import Identifier

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "seats_flip",
        sa.Column("flip_id", Identifier, primary_key=True),
        sa.Column("course_id", Identifier, nullable=False),
    )
    op.create_index("class_by_closing", "training_class", ["registration_closes"])
