"""A class that can still be joined, as the index keeps it: where it is open to people, whether it has seats, when it
starts.

A course is found by place, time and seats only if *one* of its classes passes all three. An index of courses knows no
classes. Where all classes of a course are for the same people it is enough to keep their places once, and the instants
at which they start, those with seats and those without apart. Where they are for different people (*mixed*) each class
is written as one number for every place under which it can be asked for, the instant lowest: all classes of a place,
with or without seats, that start within a span are then a range of numbers. So that it is not one of thousands, each
class is also written by the stretch of days in which it starts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from vocabulary.regions import PROVINCES, REGENCIES, Province, Region

_INSTANT_BITS = 44
_SEATS_BITS = 3
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
LAST_START = (1 << _INSTANT_BITS) - 1
"""The latest start that is told apart from others, as `start_of` tells it."""

_STRETCH_BITS = 28
"""Bits of an instant that its stretch leaves out: a stretch is some three days long."""

_STRETCH = 4
"""Marks, beside what a number says of seats, that it tells a stretch and no instant."""

# What a place number starts with: everywhere (an online class without limits); something within a province; a regency
# itself; a whole province.
_EVERYWHERE, _WITHIN, _AT, _ALL_OF = 2, 3, 4, 5
_PLACE_DIGITS = 10_000
EVERYWHERE = "everywhere"
_SHORT = 300


@dataclass(frozen=True, slots=True)
class Offer:
    """A class that can still be joined: at a venue in `regency`, or online for `regions` (empty: the whole country)."""

    starts_at: datetime
    has_seats: bool
    regency: str | None
    regions: tuple[str, ...]

    @property
    def codes(self) -> tuple[str, ...]:
        """Return the regions whose people can join; none where that is everybody."""
        return self.regions if self.regency is None else (self.regency,)


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

    def instants(self) -> tuple[int, int] | None:
        """Return the first and the last instant (`start_of`) at which a class may start; None where there is none."""
        first = 0 if self.after is None else _rounded_up(self.after)
        last = LAST_START if self.before is None else _rounded_up(self.before) - 1
        return None if last < first else (first, last)

    def spans_everywhere(self) -> list[tuple[int, int]]:
        """Return the range of numbers, both ends included, of online classes for the whole country."""
        return self._spans_of([_place(_EVERYWHERE)])

    def spans_there(self) -> list[tuple[int, int]]:
        """Return the ranges of numbers of the other classes that people of the region can join."""
        if self.region is None:
            raise ValueError("no region is wanted")
        if isinstance(self.region, Province):
            return self._spans_of([_place(_WITHIN, self.region.code)])
        return self._spans_of(
            [_place(_AT, self.region.code), _place(_ALL_OF, self.region.province)]
        )

    def _spans_of(self, places: Iterable[int]) -> list[tuple[int, int]]:
        instants = self.instants()
        if instants is None:
            return []
        seats = 0 if self.has_seats is None else 1 + self.has_seats
        return [
            (_number(place, seats | mark, first), _number(place, seats | mark, last))
            for place in places
            for mark, first, last in _covering(*instants)
        ]


def are_mixed(offers: Sequence[Offer]) -> bool:
    """Tell whether offers are for different people."""
    return len({offer.codes for offer in offers}) > 1


def numbers(offer: Offer) -> Iterator[int]:
    """Write an offer as numbers, of its instant and of its stretch: for each place under which it can be asked for,
    with its seats and regardless.
    """
    instant = start_of(offer)
    for place in _places_of(offer.codes):
        for seats in (0, 1 + offer.has_seats):
            yield _number(place, seats, instant)
            yield _number(place, seats | _STRETCH, instant >> _STRETCH_BITS)


def start_of(offer: Offer) -> int:
    """Return when an offer starts, as a number: whole milliseconds since 2000."""
    return _milliseconds(offer.starts_at)


def where(offers: Iterable[Offer]) -> str:
    """Write for whom there are offers: `EVERYWHERE`, or codes of regions; `regions_at` reads it."""
    found: set[str] = set()
    for offer in offers:
        if not offer.codes:
            return EVERYWHERE
        found.update(offer.codes)
    return " ".join(sorted(found))


@lru_cache(maxsize=4_096)
def regions_at(written: str) -> frozenset[str]:
    """Return the regions under which what `where` wrote can be asked for; `EVERYWHERE` alone where that is so."""
    if written == EVERYWHERE:
        return frozenset({EVERYWHERE})
    return frozenset().union(*map(_regions_within, written.split()))


def limited(offers: Iterable[Offer]) -> str:
    """Write the offers that are not for the whole country, for `limited_regions` to read."""
    return ";".join(
        f"{start_of(offer)} {offer.has_seats:d} {' '.join(offer.codes)}"
        for offer in offers
        if offer.codes
    )


def limited_regions(written: Iterable[str], wanted: Wanted) -> Iterator[Set[str]]:
    """Yield of each course the regions under which what `limited` wrote of it can be asked for, as far as time and
    seats are as wanted.
    """
    first, last = wanted.instants() or (1, 0)
    for offers in written:
        found: set[str] = set()
        read = _limited_in_short if len(offers) <= _SHORT else _limited
        for start, has_seats, regions in read(offers):
            if first <= start <= last and wanted.has_seats in (None, has_seats):
                found |= regions
        yield found


def _limited(written: str) -> Sequence[tuple[int, bool, frozenset[str]]]:
    each = (offer.split(" ", 2) for offer in written.split(";") if offer)
    return [(int(start), seats == "1", regions_at(codes)) for start, seats, codes in each]


_limited_in_short = lru_cache(maxsize=16_384)(_limited)
"""As it was read last, of courses of few classes: a long one would take much memory, and soon is another."""


@lru_cache(maxsize=4_096)
def _places_of(codes: tuple[str, ...]) -> frozenset[int]:
    found = set() if codes else {_place(_EVERYWHERE)}
    for code in codes:
        if code in PROVINCES:
            found |= {_place(_ALL_OF, code), _place(_WITHIN, code)}
        else:
            found |= {_place(_AT, code), _place(_WITHIN, REGENCIES[code].province)}
    return frozenset(found)


def _regions_within(code: str) -> frozenset[str]:
    if code in REGENCIES:
        return frozenset({code, REGENCIES[code].province})
    return frozenset(
        {code, *(found.code for found in REGENCIES.values() if found.province == code)}
    )


def _place(kind: int, code: str = "") -> int:
    return kind * _PLACE_DIGITS + int(code.replace(".", "") or 0)


def _covering(first: int, last: int) -> Iterator[tuple[int, int, int]]:
    """Cover a span of instants by whole stretches, as `_STRETCH`, and by the instants (0) at both ends beside them."""
    begun, ended = -(-first >> _STRETCH_BITS), last + 1 >> _STRETCH_BITS
    if begun >= ended:
        yield 0, first, last
        return
    if first < begun << _STRETCH_BITS:
        yield 0, first, (begun << _STRETCH_BITS) - 1
    yield _STRETCH, begun, ended - 1
    if ended << _STRETCH_BITS <= last:
        yield 0, ended << _STRETCH_BITS, last


def _number(place: int, seats: int, instant: int) -> int:
    return ((place << _SEATS_BITS | seats) << _INSTANT_BITS) | instant


def _milliseconds(instant: datetime) -> int:
    """Return whole milliseconds since 2000, rounded down. Instants are of 2000 to 2199."""
    return min(max((instant - _EPOCH) // _MILLISECOND, 0), LAST_START)


def _rounded_up(instant: datetime) -> int:
    return _milliseconds(instant) + (1 if instant.microsecond % 1_000 else 0)
