"""Hold names without the signs before and after them."""

import sqlalchemy as sa
from alembic import op

from services.catalog.domain.names import name_key

revision = "0004"
down_revision = "0003"

PROVIDER = sa.table(
    "provider",
    sa.column("provider_id", sa.String),
    sa.column("name", sa.String),
    sa.column("name_key", sa.String),
)
P = PROVIDER.c


def upgrade() -> None:
    """Write each key anew. Where two were told apart by such signs alone, the second keeps the key that it has."""
    connection = op.get_bind()
    provider_id = sa.cast(P.provider_id, sa.String)
    holding = sa.select(provider_id.label("provider_id"), P.name, P.name_key).where(
        P.name_key.is_not(None)
    )
    rows = connection.execute(holding.order_by(P.provider_id)).all()
    held = {row.name_key for row in rows}
    for row in rows:
        key = name_key(row.name)
        if key not in held:
            held.add(key)
            connection.execute(
                sa.update(PROVIDER).where(provider_id == row.provider_id).values(name_key=key)
            )
