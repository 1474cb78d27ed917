"""Counting what is found altogether, by track, by mode, and by whether there are seats."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from services.catalog.search import schema as fields
from services.catalog.search.aggregations import Asked, tally, terms
from services.catalog.search.filters import choices
from services.catalog.search.kinds import MOST, Kind, read_kind
from services.catalog.search.offers import Wanted
from services.catalog.search.wanted import SearchWanted

_NAMES: Mapping[bool | None, str] = {None: "kinds", True: "with_seats", False: "without_seats"}


def asked_of_kinds(wanted: SearchWanted) -> dict[str, Asked]:
    """Ask how many there are of each kind, whatever kind was chosen.

    Where a place or a time is wanted, too, it must be the same class that has seats, or has none: kinds are then
    counted among the courses with such a class.
    """
    any_kind = replace(wanted, track=None, mode=None)
    elsewhere = replace(wanted.offers, has_seats=None)
    if elsewhere.is_empty:
        offers: dict[bool | None, Wanted] = {None: elsewhere}
    else:
        offers = {
            has_seats: replace(elsewhere, has_seats=has_seats)
            for has_seats in (wanted.offers.has_seats, True, False)
        }
    return {
        _NAMES[has_seats]: (choices(replace(any_kind, offers=each)), terms(fields.KIND, MOST))
        for has_seats, each in offers.items()
    }


class KindCounts:
    """How many courses of each kind were found, and what the choice of each would leave."""

    def __init__(self, wanted: SearchWanted, found: Mapping[str, Any]) -> None:
        """Read what was found of `asked_of_kinds`."""
        self._wanted = wanted
        self._found = {
            name: [(read_kind(written), number) for written, number in tally(found[name])]
            for name in _NAMES.values()
            if name in found
        }

    def total(self) -> int:
        """Return how many courses are found."""
        return sum(number for _, number in self._fitting(self._wanted))

    def by_track(self) -> dict[str, int]:
        """Return how many each track would leave, the most first."""
        return _tallied(
            (kind.track, number)
            for kind, number in self._fitting(replace(self._wanted, track=None))
        )

    def by_mode(self) -> dict[str, int]:
        """Return how many each mode would leave, the most first."""
        return _tallied(
            (kind.mode, number) for kind, number in self._fitting(replace(self._wanted, mode=None))
        )

    def by_seats(self) -> dict[bool, int]:
        """Return how many there are with seats, and how many without."""
        return {
            has_seats: sum(
                number
                for _, number in self._fitting(
                    replace(self._wanted, offers=replace(self._wanted.offers, has_seats=has_seats))
                )
            )
            for has_seats in (True, False)
        }

    def _fitting(self, wanted: SearchWanted) -> Iterator[tuple[Kind, int]]:
        has_seats = wanted.offers.has_seats
        name = _NAMES[has_seats]
        if name in self._found:
            # Counted among those courses alone; what else their other classes are does not matter.
            has_seats = None
        else:
            name = _NAMES[None]
        for kind, number in self._found[name]:
            if kind.fits(track=wanted.track, mode=wanted.mode, has_seats=has_seats):
                yield kind, number


def _tallied(of: Iterator[tuple[str, int]]) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for value, number in of:
        counts[value] += number
    return dict(sorted(counts.items(), key=lambda each: (-each[1], each[0])))
