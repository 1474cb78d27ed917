"""Let providers be suspended."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column(
        "provider",
        sa.Column(
            "suspended",
            sa.Boolean,
            sa.CheckConstraint(
                "not suspended or status = 'approved'", name="provider_suspended_was_approved"
            ),
            nullable=False,
            server_default=sa.false(),
        ),
    )
    op.create_index(
        "provider_suspended",
        "provider",
        ["provider_id"],
        postgresql_where=sa.text("suspended"),
        sqlite_where=sa.text("suspended = 1"),
    )
