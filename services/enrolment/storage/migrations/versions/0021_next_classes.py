"""Find the next classes of a course that was to be held and was called off."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    is_published = sa.text("status = 'published'")
    op.create_index(
        "training_class_by_course",
        "training_class",
        ["course_id", "starts_at"],
        postgresql_where=is_published,
        sqlite_where=is_published,
    )
