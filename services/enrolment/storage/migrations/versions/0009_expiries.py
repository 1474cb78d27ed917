"""Find the cards whose time has run out."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    waiting = sa.text("state in ('awarded', 'between')")
    op.create_index(
        "card_by_deadline",
        "card",
        ["deadline"],
        postgresql_where=waiting,
        sqlite_where=waiting,
    )
