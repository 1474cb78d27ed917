"""List providers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from services.catalog.domain.providers import Provider, ProviderStatus
from services.catalog.queries.paging import after_cursor, page_by_id
from services.catalog.storage.providers import provider_of
from services.catalog.storage.tables import PROVIDER

P = PROVIDER.c


@dataclass(frozen=True, slots=True)
class ProviderFilter:
    """Which providers: those approved, the one of `own`, and all of them for who `sees_all`; then by status."""

    own: str | None
    sees_all: bool
    status: ProviderStatus | None


def list_providers(
    connection: sa.Connection,
    wanted: ProviderFilter,
    *,
    cursor: str | None,
    limit: int,
    present: Callable[[Provider], dict[str, Any]],
) -> dict[str, Any]:
    """List the providers that the caller may see, each written by `present`. One statement."""
    query = sa.select(PROVIDER)
    if not wanted.sees_all:
        query = query.where(
            sa.or_(
                P.status == ProviderStatus.APPROVED,
                P.provider_id == wanted.own if wanted.own else sa.false(),
            )
        )
    if wanted.status is not None:
        query = query.where(P.status == wanted.status)
    query = after_cursor(query, P.provider_id, cursor=cursor, limit=limit)
    providers = [provider_of(row) for row in connection.execute(query)]
    return page_by_id(providers, limit=limit, present=present)
