"""Providers in their table."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from chassis.problems import PreconditionFailed
from services.catalog.domain.providers import Provider, ProviderKind, ProviderStatus
from services.catalog.storage.tables import PROVIDER


def add_provider(connection: sa.Connection, provider: Provider) -> None:
    """Save a new provider."""
    connection.execute(sa.insert(PROVIDER).values(_row(provider)))


def find_provider(
    connection: sa.Connection, provider_id: str, *, lock: bool = False
) -> Provider | None:
    """Load a provider, holding it until the transaction ends where `lock` is set; None where there is none."""
    query = sa.select(PROVIDER).where(PROVIDER.c.provider_id == provider_id)
    row = connection.execute(query.with_for_update() if lock else query).one_or_none()
    return None if row is None else provider_of(row)


def save_provider(connection: sa.Connection, provider: Provider) -> None:
    """Save a provider whose version was raised by one. Raises `PreconditionFailed` where somebody else did so too."""
    saved = connection.execute(
        sa.update(PROVIDER)
        .where(PROVIDER.c.provider_id == provider.provider_id)
        .where(PROVIDER.c.version == provider.version - 1)
        .values(_row(provider))
    )
    if saved.rowcount == 0:
        raise PreconditionFailed


def provider_of(row: sa.Row[Any]) -> Provider:
    """Make a provider of its row."""
    return Provider(
        provider_id=row.provider_id,
        name=row.name,
        kind=ProviderKind(row.kind),
        regency=row.regency,
        email=row.email,
        status=ProviderStatus(row.status),
        reason=row.reason,
        version=row.version,
    )


def _row(provider: Provider) -> dict[str, Any]:
    return {
        "provider_id": provider.provider_id,
        "name": provider.name,
        "kind": provider.kind,
        "regency": provider.regency,
        "email": provider.email,
        "status": provider.status,
        "reason": provider.reason,
        "version": provider.version,
    }
