"""Providers in their table."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa

from chassis.faults import is_broken
from services.catalog.domain.providers import Provider, ProviderKind, ProviderStatus
from services.catalog.storage.holding import Hold
from services.catalog.storage.tables import NAME_HELD_ONCE, PROVIDER
from services.catalog.storage.versions import save_next_version
from vocabulary.refusals.catalogue import ProviderNameTaken

P = PROVIDER.c
STATUS: sa.ColumnElement[Any] = sa.case(
    (P.suspended, ProviderStatus.SUSPENDED.value), else_=P.status
)
"""Where a provider stands, of a row of the table."""


def add_provider(connection: sa.Connection, provider: Provider) -> None:
    """Save a new provider. Raises `ProviderNameTaken`."""
    with _name_held_once():
        connection.execute(sa.insert(PROVIDER).values(_row(provider)))


def find_provider(
    connection: sa.Connection, provider_id: str, *, hold: Hold = Hold.NOT
) -> Provider | None:
    """Load a provider; None where there is none."""
    query = sa.select(PROVIDER).where(PROVIDER.c.provider_id == provider_id)
    if hold is not Hold.NOT:
        query = query.with_for_update(read=hold is Hold.SHARED)
    row = connection.execute(query).one_or_none()
    return None if row is None else provider_of(row)


def save_provider(connection: sa.Connection, provider: Provider) -> None:
    """Save a provider whose version was raised by one.

    Raises `PreconditionFailed` where somebody else did so too, and `ProviderNameTaken`.
    """
    with _name_held_once():
        save_next_version(connection, PROVIDER, _row(provider))


@contextmanager
def _name_held_once() -> Iterator[None]:
    """Leave it to the index: it alone sees, and waits for, who applies under the same name this moment."""
    try:
        yield
    except sa.exc.IntegrityError as error:
        if not is_broken(NAME_HELD_ONCE, error):
            raise
        raise ProviderNameTaken from None


def _row(provider: Provider) -> dict[str, Any]:
    suspended = provider.status is ProviderStatus.SUSPENDED
    return {
        **asdict(provider),
        "name_key": provider.held_name,
        "status": ProviderStatus.APPROVED if suspended else provider.status,
        "suspended": suspended,
    }


def provider_of(row: sa.Row[Any]) -> Provider:
    """Make a provider of its row."""
    return Provider(
        provider_id=row.provider_id,
        name=row.name,
        kind=ProviderKind(row.kind),
        regency=row.regency,
        email=row.email,
        status=ProviderStatus.SUSPENDED if row.suspended else ProviderStatus(row.status),
        reason=row.reason,
        version=row.version,
    )
