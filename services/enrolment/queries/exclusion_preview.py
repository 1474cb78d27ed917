"""What putting a list in force would do: whom it adds and removes, and how many cards it would hit.

A list loses nobody once it is there but who is erased; who was on both lists then counts as added and as removed. It is
walked in ranges of digests, each in a transaction of its own: no snapshot stays open for long.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from services.enrolment.domain.exclusion.exclusion_list import ExclusionList
from services.enrolment.domain.programme.card import LIVE_STATES
from services.enrolment.storage.stores import Stores
from services.enrolment.storage.tables.exclusions import LISTED_PERSON
from services.enrolment.storage.tables.programme import CARD, PERSON

C, P, N = CARD.c, PERSON.c, LISTED_PERSON.c
_BEFORE = LISTED_PERSON.alias("before")
B = _BEFORE.c
_LIVE = sorted(state.value for state in LIVE_STATES)
_WALKED_IN = 32
"""Ranges; a list of a million has thirty thousand in each."""


@dataclass(frozen=True, slots=True)
class ActivationPreview:
    """What putting a list in force in the place of another would do now."""

    listed: int
    added: int
    removed: int
    cards: int


def preview_activation(
    one: ExclusionList, before: ExclusionList | None, *, stores: Stores
) -> ActivationPreview:
    """Count what putting a list in force would do; `before` is the one whose place it takes."""
    common, hits = 0, Counter[str]()
    for first, last in _ranges():
        with stores.database.reading() as connection:
            if before is not None:
                common += _common(connection, one, before, first, last)
            hits += _hits(connection, one, first, last)
    listed_before = 0 if before is None else before.listed
    return ActivationPreview(
        listed=one.listed,
        added=one.listed - common,
        removed=listed_before - common,
        cards=_excluded(one.group, hits, stores),
    )


def _ranges() -> Iterator[tuple[str, str]]:
    """Yield where ranges of digests begin and end; the last ends after every digest."""
    bounds = [f"{number * 256 // _WALKED_IN:02x}" for number in range(_WALKED_IN)]
    yield from zip(bounds, [*bounds[1:], "g"], strict=True)


def _common(
    connection: sa.Connection, one: ExclusionList, before: ExclusionList, first: str, last: str
) -> int:
    query = (
        sa.select(sa.func.count())
        .select_from(LISTED_PERSON)
        .join(_BEFORE, B.nik_digest == N.nik_digest)
        .where(N.list_id == one.list_id, N.nik_digest >= first, N.nik_digest < last)
        .where(B.list_id == before.list_id, B.nik_digest >= first, B.nik_digest < last)
    )
    return int(connection.execute(query).scalar_one())


def _hits(connection: sa.Connection, one: ExclusionList, first: str, last: str) -> Counter[str]:
    """Count live cards of people on a list, by the version of the rules that awarded them."""
    query = (
        sa.select(C.rule_version, sa.func.count().label("cards"))
        .select_from(LISTED_PERSON)
        .join(PERSON, P.nik_digest == N.nik_digest)
        .join(CARD, C.card_ref == P.card_ref)
        .where(N.list_id == one.list_id, N.nik_digest >= first, N.nik_digest < last)
        .where(P.nik_digest >= first, P.nik_digest < last)
        .where(C.state.in_(_LIVE))
        .group_by(C.rule_version)
    )
    rows: Any = connection.execute(query)
    return Counter({row.rule_version: row.cards for row in rows})


def _excluded(group: str, hits: Counter[str], stores: Stores) -> int:
    """Count those cards whose rules refuse the group."""
    with stores.database.reading() as connection:
        now = stores.rules.at(connection, stores.database.now(connection))
        return sum(
            cards
            for version, cards in hits.items()
            if group in (stores.rules.find(connection, version) or now).excluded_groups
        )
