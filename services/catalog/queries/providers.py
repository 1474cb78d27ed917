"""Providers as those see them who may."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from chassis.pagination import Page
from services.catalog.domain.providers import PUBLIC, ProviderStatus
from services.catalog.domain.reach import Reach
from services.catalog.queries.documents import Document, provider_document
from services.catalog.queries.paging import page_by_id
from services.catalog.queries.within import within
from services.catalog.storage.providers import STATUS, find_provider, provider_of
from services.catalog.storage.tables import PROVIDER

P = PROVIDER.c


def list_providers(
    connection: sa.Connection, page: Page, *, reach: Reach, status: ProviderStatus | None
) -> dict[str, Any]:
    """List providers, of one status where it is given: public ones, and those within reach. One statement."""
    query = sa.select(PROVIDER).where(
        # In its column one that is suspended is approved: both are public, and the index serves them.
        sa.or_(P.status == ProviderStatus.APPROVED, within(reach, P.provider_id))
    )
    if status is not None:
        query = query.where(STATUS.in_([status]))
    return page_by_id(
        connection,
        query,
        P.provider_id,
        page=page,
        write=lambda rows: [provider_document(provider_of(row), reach).body for row in rows],
    )


def show_provider(connection: sa.Connection, provider_id: str, *, reach: Reach) -> Document | None:
    """Show a provider; None where there is none that the caller may see."""
    provider = find_provider(connection, provider_id)
    if provider is None:
        return None
    visible = provider.status in PUBLIC or reach.has(provider_id)
    return provider_document(provider, reach) if visible else None
