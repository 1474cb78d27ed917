"""What narrows a search beside its words, as conditions in tantivy's language: of numbers and words of ours only.

The same conditions find a page and count what other choices would leave: there they must be text.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from services.catalog.search import schema as fields
from services.catalog.search.offers import EVERYWHERE, LAST_START, Wanted
from services.catalog.search.wanted import SearchWanted

_NOTHING = f"{fields.MIXED}:neither"
IS_MIXED = f"{fields.MIXED}:{fields.YES}"


def conditions(wanted: SearchWanted) -> Iterator[str]:
    """Yield every condition that narrows a search, its words apart."""
    yield from common(wanted)
    yield from choices(wanted)


def common(wanted: SearchWanted) -> Iterator[str]:
    """Yield what narrows a search whichever of its facets another choice is made in."""
    if wanted.max_price is not None:
        yield _within(fields.PRICE, 0, wanted.max_price)
    if wanted.offers.in_time:
        yield _starting(replace(wanted.offers, has_seats=None))


def choices(wanted: SearchWanted) -> tuple[str, ...]:
    """Return what narrows a search beside `common`: the choices in its facets, which offers are wanted last."""
    return tuple(_choices(wanted))


def _choices(wanted: SearchWanted) -> Iterator[str]:
    chosen = ((fields.TRACK, wanted.track), (fields.MODE, wanted.mode))
    if of_kind := [_is(name, value) for name, value in chosen if value is not None]:
        yield every_one(of_kind)
    if wanted.provider_id is not None:
        yield _is(fields.PROVIDER, str(uuid.UUID(wanted.provider_id)))
    if wanted.offers.region is not None or wanted.offers.has_seats is not None:
        yield _having(wanted.offers)


def below(name: str, limit: int) -> str:
    """Want a number, which is never negative, that is smaller than another."""
    return _within(name, 0, limit - 1) if limit > 0 else _NOTHING


def every_one(of: Iterable[str]) -> str:
    """Join conditions, at least one, all of which must hold."""
    return " AND ".join(f"({condition})" for condition in of)


def all_but(condition: str, other: str) -> str:
    """Want one condition to hold and another not."""
    return f"+({condition}) -({other})"


def mixed_everywhere(offers: Wanted) -> str:
    """Want mixed courses with a class as wanted for the whole country."""
    return _numbered(offers.spans_everywhere())


def mixed_there(offers: Wanted) -> str:
    """Want mixed courses with a class as wanted that is not for the whole country, but for the region wanted."""
    return _numbered(offers.spans_there())


def _having(offers: Wanted) -> str:
    """Want one class that is as wanted in every respect."""
    if offers.region is None:
        return _starting(offers) if offers.in_time else _with_seats(offers)
    if not offers.in_time:
        return _open_to(offers)
    there = [all_but(_open_to(offers), IS_MIXED)]
    if offers.has_seats is not None:
        # Regardless of seats `common` tells what starts in time.
        there.append(_starting(offers))
    return _any_of([f"({every_one(there)})", mixed_everywhere(offers), mixed_there(offers)])


def _with_seats(offers: Wanted) -> str:
    return _is(fields.SEATS_FIELD, fields.SEATS[bool(offers.has_seats)])


def _open_to(offers: Wanted) -> str:
    codes = [EVERYWHERE] if offers.region is None else [EVERYWHERE, offers.region.code]
    return _any_of(_is(fields.PLACES[offers.has_seats], code) for code in codes)


def _starting(offers: Wanted) -> str:
    """Want a class that starts within the span.

    Where the span is open at one end the last or the first class tells; else one of them is within, or one of the
    others, which few courses have.
    """
    instants = offers.instants()
    if instants is None:
        return _NOTHING
    earliest, between, latest = fields.STARTS[offers.has_seats]
    if instants[0] == 0:
        return _within(earliest, *instants)
    if instants[1] == LAST_START:
        return _within(latest, *instants)
    return _any_of(_within(name, *instants) for name in (earliest, between, latest))


def _numbered(spans: Sequence[tuple[int, int]]) -> str:
    return _any_of(_within(fields.MIXED_OFFERS, *span) for span in spans) or _NOTHING


def _any_of(of: Iterable[str]) -> str:
    return " OR ".join(of)


def _within(name: str, first: int, last: int) -> str:
    return f"{name}:[{first} TO {last}]"


def _is(name: str, value: str) -> str:
    return f'{name}:"{value}"'
