"""Note which providers the catalogue tells to be suspended: from then on nobody gets a seat in their classes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from chassis.journal import Entry
from services.enrolment.domain.entry_kinds import EntryKind
from services.enrolment.storage.stores import Stores
from services.enrolment.storage.suspensions import Suspension
from vocabulary.roles import SYSTEM


@dataclass(frozen=True, slots=True)
class Standing:
    """How a provider stands, as an entry of the catalogue's journal says; `told_at` is that entry's position."""

    provider_id: str
    suspended: bool
    region: str | None
    told_at: int | None


def news_among(
    connection: sa.Connection, told: Mapping[str, Standing], *, stores: Stores
) -> list[Standing]:
    """Return what is told otherwise than it is known, and hold the suspensions alone where there is any.

    Nobody who was judged by what is known now is still under way then.
    """
    if not _news(connection, told, stores):
        return []
    stores.suspensions.hold(connection)
    return _news(connection, told, stores)


def note_suspensions(
    connection: sa.Connection,
    news: Sequence[Standing],
    *,
    actor: str,
    request_id: str,
    stores: Stores,
) -> None:
    """Save how providers stand now, with an entry for each. Hold the suspensions before (`news_among`)."""
    if not news:
        return
    entries = [_entry(standing, actor, request_id) for standing in news]
    first = stores.journal.append(connection, entries, now=stores.database.now(connection))
    stores.suspensions.put(connection, list(_suspensions(news, first)))


def _news(
    connection: sa.Connection, told: Mapping[str, Standing], stores: Stores
) -> list[Standing]:
    known = stores.suspensions.among(connection, list(told)) if told else set()
    return [s for _, s in sorted(told.items()) if s.suspended != (s.provider_id in known)]


def _suspensions(news: Sequence[Standing], first: int) -> Iterator[Suspension]:
    for position, standing in enumerate(news, start=first):
        yield Suspension(standing.provider_id, standing.suspended, position)


def _entry(standing: Standing, actor: str, request_id: str) -> Entry:
    return Entry(
        kind=EntryKind.SUSPENSION_BEGUN if standing.suspended else EntryKind.SUSPENSION_ENDED,
        actor=actor,
        role=SYSTEM,
        request_id=request_id,
        subjects={"provider_id": standing.provider_id, "region": standing.region},
        body={"catalogue_position": standing.told_at},
    )
