"""Know which enrolments were assisted, with the holder's consent, and count them by month and region; know of classes
what the rules' limits look at.
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

CONSENT = "consent or not assisted"
CONSTRAINT = "enrolment_assisted_with_consent"


def upgrade() -> None:
    for column in ("hours", "trainers"):
        op.add_column("training_class", sa.Column(column, sa.Integer()))
    op.add_column("training_class", sa.Column("rule_version", sa.String(32)))
    op.add_column(
        "enrolment",
        sa.Column("assisted", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.add_column(
        "enrolment",
        sa.Column(
            "consent",
            sa.Boolean(),
            sa.CheckConstraint(CONSENT, name=CONSTRAINT),
            nullable=False,
            server_default=sa.false(),
        ),
    )
    op.create_table(
        "assistance",
        sa.Column("month", sa.String(7), nullable=False),
        sa.Column("region", sa.String(5), nullable=False),
        sa.Column("enrolments", sa.BigInteger(), nullable=False),
        sa.Column("enrolments_assisted", sa.BigInteger(), nullable=False),
        sa.Column("applications", sa.BigInteger(), nullable=False),
        sa.Column("applications_assisted", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("month", "region"),
        sa.CheckConstraint(
            "enrolments >= enrolments_assisted and enrolments_assisted >= 0"
            " and applications >= applications_assisted and applications_assisted >= 0",
            name="assistance_is_a_part",
        ),
    )
