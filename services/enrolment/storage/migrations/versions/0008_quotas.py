"""Count the cards of a wave, a scheme, a region and a cluster against quotas, and those of the programme."""

import sqlalchemy as sa
from alembic import op

from chassis.column_types import Identifier

revision = "0008"
down_revision = "0007"

_OF_PROGRAMME = {
    "digital": "00000000-0000-7000-8000-000000000001",
    "offline": "00000000-0000-7000-8000-000000000002",
}
_QUOTA = sa.table(
    "quota",
    sa.column("quota_id", Identifier()),
    *[sa.column(name) for name in ("scheme", "region", "cluster", "used")],
)
_CARD = sa.table("card", sa.column("scheme", sa.String()), sa.column("state", sa.String()))


def upgrade() -> None:
    op.create_table(
        "quota",
        sa.Column("quota_id", Identifier(), nullable=False),
        sa.Column("wave_id", Identifier()),
        sa.Column("scheme", sa.String(16), nullable=False),
        sa.Column("region", sa.String(5), nullable=False),
        sa.Column("cluster", sa.String(16), nullable=False),
        sa.Column("places", sa.Integer()),
        sa.Column("most", sa.Integer()),
        sa.Column("used", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("quota_id"),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.wave_id"]),
        sa.CheckConstraint("used >= 0", name="quota_used_never_negative"),
        sa.CheckConstraint("used <= most", name="quota_never_overdrawn"),
        sa.CheckConstraint("most >= places", name="quota_keeps_its_places"),
        sa.CheckConstraint(
            "(wave_id is null) = (places is null) and (places is null) = (most is null)",
            name="quota_of_a_wave_has_places",
        ),
        sa.UniqueConstraint("wave_id", "scheme", "region", "cluster", name="quota_once_a_reach"),
    )
    op.create_index("card_by_place", "card", ["wave_id", "scheme", "region", "cluster"])
    for scheme, quota_id in _OF_PROGRAMME.items():
        held = sa.select(sa.func.count()).where(
            _CARD.c.scheme == scheme, _CARD.c.state.not_in(["expired", "withdrawn"])
        )
        values = {"quota_id": quota_id, "scheme": scheme, "region": "", "cluster": ""}
        op.execute(sa.insert(_QUOTA).values(**values, used=held.scalar_subquery()))
