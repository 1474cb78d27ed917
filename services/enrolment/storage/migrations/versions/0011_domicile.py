"""Tell where the holder of a card lives now, where that is not where it was awarded."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.add_column("card", sa.Column("domicile", sa.String(5)))
