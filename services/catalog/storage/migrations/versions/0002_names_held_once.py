"""Let a name be held by one institution at a time."""

import sqlalchemy as sa
from alembic import op

from services.catalog.domain.names import name_key

revision = "0002"
down_revision = "0001"

PROVIDER = sa.table(
    "provider",
    sa.column("provider_id", sa.String),
    sa.column("name", sa.String),
    sa.column("status", sa.String),
    sa.column("name_key", sa.String),
)
P = PROVIDER.c


def upgrade() -> None:
    op.add_column("provider", sa.Column("name_key", sa.String(64)))
    _give_names_to_those_who_have_them()
    op.create_index("provider_name_is_held_once", "provider", ["name_key"], unique=True)


def _give_names_to_those_who_have_them() -> None:
    """Of several under one name the first approved one holds it, or else the first applicant; the others hold none."""
    connection = op.get_bind()
    holding = (
        sa.select(sa.cast(P.provider_id, sa.String).label("provider_id"), P.name)
        .where(P.status.in_(["applied", "approved"]))
        .order_by(P.status.desc(), P.provider_id)  # "approved" comes after "applied"
    )
    holders: dict[str, str] = {}
    for row in connection.execute(holding):
        holders.setdefault(name_key(row.name), row.provider_id)
    for key, provider_id in holders.items():
        connection.execute(
            sa.update(PROVIDER)
            .where(sa.cast(P.provider_id, sa.String) == provider_id)
            .values(name_key=key)
        )
