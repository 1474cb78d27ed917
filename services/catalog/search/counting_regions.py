"""Counting where there are courses: what the choice of each region would leave."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
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
from services.catalog.search.offers import EVERYWHERE, Wanted, regions_at
from services.catalog.search.queries import all_of
from services.catalog.search.reading import View
from services.catalog.search.wanted import SearchWanted
from vocabulary.regions import PROVINCES, REGENCIES, Province, Region, region


def asked_of_regions(view: View, wanted: SearchWanted) -> dict[str, Asked]:
    """Ask where there are courses.

    Where it matters when a class starts, the places of a mixed course do not tell where those of its classes are that
    are in time. Such courses are counted apart: those with a class in time for everybody, and where the others are.
    """
    offers, chosen = _anywhere(wanted)
    places = {"places": terms(fields.WHERE[offers.has_seats], max(view.searcher.num_docs, 1))}
    asked = {"places": (chosen, places["places"])}
    if offers.in_time:
        everywhere = mixed_everywhere(offers)
        asked["mixed"] = chosen, narrowed(IS_MIXED, places)
        asked["mixed everywhere"] = chosen, narrowed(everywhere, {})
        asked["mixed elsewhere"] = chosen, narrowed(all_but(IS_MIXED, everywhere), places)
    return asked


def regions(
    view: View, among: Query, wanted: SearchWanted, found: Mapping[str, Any]
) -> dict[str, int]:
    """Read the count of each region that is told of out of what was asked; for everybody is for each of them."""
    told = sorted(_told(wanted.offers.region))
    counts = _by_region(found["places"])
    if wanted.offers.in_time:
        counts.subtract(_by_region(found["mixed"]["places"]))
        counts[EVERYWHERE] += found["mixed everywhere"]["doc_count"]
        possible = _by_region(found["mixed elsewhere"]["places"])
        counts.update(_mixed_elsewhere(view, among, wanted, [c for c in told if possible[c]]))
    return {code: counts[EVERYWHERE] + counts[code] for code in told}


def _mixed_elsewhere(
    view: View, among: Query, wanted: SearchWanted, codes: list[str]
) -> dict[str, int]:
    """Count mixed courses that have a class in time for some regions and none for everybody, region by region."""
    if not codes:
        return {}
    offers, chosen = _anywhere(wanted)
    elsewhere = view.condition(every_one([*chosen, all_but(IS_MIXED, mixed_everywhere(offers))]))
    there = {code: mixed_there(replace(offers, region=region(code))) for code in codes}
    found = view.searcher.aggregate(
        all_of([elsewhere, among]),
        {code: narrowed(condition, {}) for code, condition in there.items()},
    )
    return {code: found[code]["doc_count"] for code in codes}


def _anywhere(wanted: SearchWanted) -> tuple[Wanted, tuple[str, ...]]:
    """Return which offers are wanted wherever they are, and the choices that remain."""
    offers = replace(wanted.offers, region=None)
    return offers, choices(replace(wanted, offers=offers))


def _by_region(found: Mapping[str, Any]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for written, number in tally(found):
        for code in regions_at(written):
            counts[code] += number
    return counts


def _told(chosen: Region | None) -> list[str]:
    """Tell of every province, and of the regencies of the one that was chosen or has the one that was chosen."""
    if chosen is None:
        return list(PROVINCES)
    province = chosen.code if isinstance(chosen, Province) else chosen.province
    return [*PROVINCES, *(c for c, found in REGENCIES.items() if found.province == province)]
