"""Providers in their table."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import sqlalchemy as sa

from services.catalog.domain.providers import Provider, ProviderKind, ProviderStatus
from services.catalog.storage.tables import PROVIDER
from services.catalog.storage.versions import save_next_version


def add_provider(connection: sa.Connection, provider: Provider) -> None:
    """Save a new provider."""
    connection.execute(sa.insert(PROVIDER).values(asdict(provider)))


def find_provider(
    connection: sa.Connection, provider_id: str, *, lock: bool = False
) -> Provider | None:
    """Load a provider, holding it until the transaction ends where `lock` is set; None where there is none."""
    query = sa.select(PROVIDER).where(PROVIDER.c.provider_id == provider_id)
    row = connection.execute(query.with_for_update() if lock else query).one_or_none()
    return None if row is None else provider_of(row)


def save_provider(connection: sa.Connection, provider: Provider) -> None:
    """Save a provider whose version was raised by one. Raises `PreconditionFailed` where somebody else did so too."""
    save_next_version(connection, PROVIDER, asdict(provider))


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
