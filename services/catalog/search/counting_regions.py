"""Counting where there are courses: what the choice of each region would leave."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Set
from dataclasses import replace
from functools import lru_cache
from typing import Any

from tantivy import Query

from services.catalog.search import schema as fields
from services.catalog.search.aggregations import Asked, narrowed, tally, terms
from services.catalog.search.filters import (
    IS_MIXED,
    all_but,
    choices,
    every_one,
    mixed_everywhere,
    mixed_there,
)
from services.catalog.search.offers import EVERYWHERE, Wanted, limited_regions, regions_at
from services.catalog.search.queries import all_of
from services.catalog.search.reading import View
from services.catalog.search.wanted import SearchWanted
from vocabulary.regions import PROVINCES, REGENCIES, Province, Region, region

MOST_READ = 5_000
"""Mixed courses whose classes are read one by one, which takes some microseconds each. Tantivy counts at most 65,000
different values at once."""

_MOST_PLACES = 25_000
"""Different sets of regions that are counted: far more than there are."""


def asked_of_regions(wanted: SearchWanted) -> dict[str, Asked]:
    """Ask where there are courses.

    Where it matters when a class starts, the places of a mixed course do not tell where those of its classes are that
    are in time. Such courses are counted apart: those with a class in time for everybody, and by what each of the
    others says of its classes.
    """
    offers, chosen = _anywhere(wanted)
    places = terms(fields.WHERE[offers.has_seats], _MOST_PLACES)
    asked = {"places": (chosen, places)}
    if offers.in_time:
        everywhere = mixed_everywhere(offers)
        elsewhere = all_but(IS_MIXED, everywhere)
        counted = {
            "places": places,
            "everywhere": narrowed(everywhere, {}),
            "elsewhere": narrowed(elsewhere, {"offers": terms(fields.MIXED_LIMITED, MOST_READ)}),
        }
        asked["mixed"] = chosen, narrowed(IS_MIXED, counted)
    return asked


def regions(
    view: View, among: Query, wanted: SearchWanted, found: Mapping[str, Any]
) -> dict[str, int]:
    """Read the count of each region that is told of out of what was asked; for everybody is for each of them."""
    within = _province_of(wanted.offers.region)
    told = {*_told(within)}
    counts = _by_region(found["places"], within)
    if wanted.offers.in_time:
        mixed = found["mixed"]
        counts.subtract(_by_region(mixed["places"], within))
        counts[EVERYWHERE] += mixed["everywhere"]["doc_count"]
        elsewhere = mixed["elsewhere"]["offers"]
        if elsewhere["sum_other_doc_count"]:
            counts.update(_asked_region_by_region(view, among, wanted, told))
        else:
            counts.update(_read_one_by_one(elsewhere, wanted, told))
    return {code: counts[EVERYWHERE] + counts[code] for code in sorted(told)}


def _read_one_by_one(
    elsewhere: Mapping[str, Any], wanted: SearchWanted, told: Set[str]
) -> Counter[str]:
    """Count mixed courses without a class in time for everybody by what each says of its other classes."""
    offers, _ = _anywhere(wanted)
    counts: Counter[str] = Counter()
    counted = tally(elsewhere)
    there = limited_regions((written for written, _ in counted), offers)
    for (_, number), regions in zip(counted, there, strict=True):
        for code in regions & told:
            counts[code] += number
    return counts


def _asked_region_by_region(
    view: View, among: Query, wanted: SearchWanted, told: Set[str]
) -> dict[str, int]:
    """Count the same where they are too many to be read."""
    offers, chosen = _anywhere(wanted)
    elsewhere = view.condition(every_one([*chosen, all_but(IS_MIXED, mixed_everywhere(offers))]))
    there = {code: mixed_there(replace(offers, region=region(code))) for code in told}
    found = view.searcher.aggregate(
        all_of([elsewhere, among]),
        {code: narrowed(condition, {}) for code, condition in there.items()},
    )
    return {code: found[code]["doc_count"] for code in told}


def _anywhere(wanted: SearchWanted) -> tuple[Wanted, tuple[str, ...]]:
    """Return which offers are wanted wherever they are, and the choices that remain.

    Whether they have seats need not be asked for where no time is: only courses with such classes have places to count.
    """
    offers = replace(wanted.offers, region=None)
    asked_for = offers if offers.in_time else replace(offers, has_seats=None)
    return offers, choices(replace(wanted, offers=asked_for))


def _by_region(found: Mapping[str, Any], within: str | None) -> Counter[str]:
    counts: Counter[str] = Counter()
    for written, number in tally(found):
        for code in _told_at(written, within):
            counts[code] += number
    return counts


@lru_cache(maxsize=32_768)
def _told_at(written: str, within: str | None) -> tuple[str, ...]:
    """Return of the regions at which there is something (`offers.where`) those that are told of."""
    return tuple(regions_at(written) & {EVERYWHERE, *_told(within)})


def _told(within: str | None) -> Iterator[str]:
    """Tell of every province, and of the regencies within one."""
    yield from PROVINCES
    yield from (code for code, found in REGENCIES.items() if found.province == within)


def _province_of(chosen: Region | None) -> str | None:
    """Return the province that was chosen, or has the regency that was."""
    if chosen is None:
        return None
    return chosen.code if isinstance(chosen, Province) else chosen.province
