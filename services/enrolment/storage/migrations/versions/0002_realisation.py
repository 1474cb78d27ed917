"""Count who takes part by every dimension of the reports, and know the track of classes and enrolments."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("training_class", sa.Column("track", sa.String(16)))
    op.add_column("enrolment", sa.Column("track", sa.String(16)))
    op.create_table(
        "realisation",
        sa.Column("dimension", sa.String(16), nullable=False),
        sa.Column("code", sa.String(36), nullable=False),
        sa.Column("enrolled", sa.BigInteger(), nullable=False),
        sa.Column("started", sa.BigInteger(), nullable=False),
        sa.Column("cancelled", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("dimension", "code"),
        sa.CheckConstraint(
            "enrolled >= started and started >= 0 and cancelled >= 0 and amount >= 0",
            name="realisation_counts_what_happened",
        ),
    )
