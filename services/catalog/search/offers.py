"""A class that can still be joined, as a number: where it is open to people, whether it has seats, when it starts.

A course is found by place, time and seats only if *one* of its classes passes all three. An index of courses knows no
classes, so each class is written as one number for every place under which it can be asked for, the instant lowest. All
classes of a place, with or without seats, that start within a span are then one range of numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from vocabulary.regions import PROVINCES, REGENCIES, Province, Region

_INSTANT_BITS = 44
_SEATS_BITS = 2
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_LAST_INSTANT = (1 << _INSTANT_BITS) - 1

# What a place number starts with: anywhere; everywhere (an online class without limits); something within a province;
# a regency itself; a whole province.
_ANY, _EVERYWHERE, _WITHIN, _AT, _ALL_OF = 1, 2, 3, 4, 5
_PLACE_DIGITS = 10_000
EVERYWHERE = "everywhere"


@dataclass(frozen=True, slots=True)
class Offer:
    """A class that can still be joined: at a venue in `regency`, or online for `regions` (empty: the whole country)."""

    starts_at: datetime
    has_seats: bool
    regency: str | None
    regions: tuple[str, ...]

    @property
    def is_everywhere(self) -> bool:
        """Tell whether people of every region can join."""
        return self.regency is None and not self.regions


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which offers: open to people of a region, starting from `after` on and before `before`, with seats or without."""

    region: Region | None = None
    after: datetime | None = None
    before: datetime | None = None
    has_seats: bool | None = None

    @property
    def is_empty(self) -> bool:
        """Tell whether a course needs no class at all."""
        return self == Wanted()

    @property
    def in_time(self) -> bool:
        """Tell whether it matters when a class starts."""
        return self.after is not None or self.before is not None

    def spans(self) -> list[tuple[int, int]]:
        """Return the ranges of numbers, both ends included, in one of which a number of a course must be."""
        everywhere = [] if self.region is None else self.spans_everywhere()
        return everywhere + self.spans_there()

    def spans_everywhere(self) -> list[tuple[int, int]]:
        """Return the range of numbers of online classes for the whole country."""
        return self._spans_of([_place(_EVERYWHERE)])

    def spans_there(self) -> list[tuple[int, int]]:
        """Return the ranges of numbers of the other classes that people of the region can join."""
        if self.region is None:
            return self._spans_of([_place(_ANY)])
        if isinstance(self.region, Province):
            return self._spans_of([_place(_WITHIN, self.region.code)])
        return self._spans_of(
            [_place(_AT, self.region.code), _place(_ALL_OF, self.region.province)]
        )

    def _spans_of(self, places: Iterable[int]) -> list[tuple[int, int]]:
        first = 0 if self.after is None else _rounded_up(self.after)
        last = _LAST_INSTANT if self.before is None else _rounded_up(self.before) - 1
        if last < first:
            return []
        seats = 0 if self.has_seats is None else 1 + self.has_seats
        return [(_number(p, seats, first), _number(p, seats, last)) for p in places]


def numbers(offer: Offer) -> Iterator[int]:
    """Write an offer as numbers: for each place under which it can be asked for, with its seats and regardless."""
    instant = _milliseconds(offer.starts_at)
    for place in {_place(_ANY), *_places_of(offer)}:
        for seats in (0, 1 + offer.has_seats):
            yield _number(place, seats, instant)


def places(offers: Iterable[Offer]) -> set[str]:
    """Return the regions under which offers can be asked for; `EVERYWHERE` alone where that is so for one of them."""
    found: set[str] = set()
    for offer in offers:
        if offer.is_everywhere:
            return {EVERYWHERE}
        if offer.regency is not None:
            found |= {offer.regency, REGENCIES[offer.regency].province}
        for region in offer.regions:
            found |= _regions_within(region)
    return found


def _places_of(offer: Offer) -> set[int]:
    if offer.is_everywhere:
        return {_place(_EVERYWHERE)}
    codes = offer.regions if offer.regency is None else (offer.regency,)
    found: set[int] = set()
    for code in codes:
        if code in PROVINCES:
            found |= {_place(_ALL_OF, code), _place(_WITHIN, code)}
        else:
            found |= {_place(_AT, code), _place(_WITHIN, REGENCIES[code].province)}
    return found


@lru_cache(maxsize=1_024)
def _regions_within(code: str) -> frozenset[str]:
    if code in REGENCIES:
        return frozenset({code, REGENCIES[code].province})
    return frozenset(
        {code, *(found.code for found in REGENCIES.values() if found.province == code)}
    )


def _place(kind: int, code: str = "") -> int:
    return kind * _PLACE_DIGITS + int(code.replace(".", "") or 0)


def _number(place: int, seats: int, instant: int) -> int:
    return ((place << _SEATS_BITS | seats) << _INSTANT_BITS) | instant


def _milliseconds(instant: datetime) -> int:
    """Return whole milliseconds since 2000, rounded down. Instants are of 2000 to 2199."""
    return min(max((instant - _EPOCH) // _MILLISECOND, 0), _LAST_INSTANT)


def _rounded_up(instant: datetime) -> int:
    return _milliseconds(instant) + (1 if instant.microsecond % 1_000 else 0)
