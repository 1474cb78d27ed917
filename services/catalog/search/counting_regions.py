"""Counting where there are courses: what the choice of each region would leave."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from services.catalog.search import schema as fields
from services.catalog.search.aggregations import Asked, narrowed, tally, terms
from services.catalog.search.filters import (
    IS_MIXED,
    all_but,
    choices,
    mixed_everywhere,
)
from services.catalog.search.offers import EVERYWHERE, Wanted, limited_regions, regions_at
from services.catalog.search.reading import View
from services.catalog.search.wanted import SearchWanted
from vocabulary.regions import PROVINCES, REGENCIES, Province, Region


def asked_of_regions(view: View, wanted: SearchWanted) -> dict[str, Asked]:
    """Ask where there are courses.

    Where it matters when a class starts, the places of a mixed course do not tell where those of its classes are that
    are in time. Such courses are counted apart: those with a class in time for everybody, and by what each of the
    others says of its classes.
    """
    offers, chosen = _anywhere(wanted)
    most = max(view.searcher.num_docs, 1)
    places = terms(fields.WHERE[offers.has_seats], most)
    asked = {"places": (chosen, places)}
    if offers.in_time:
        everywhere = mixed_everywhere(offers)
        elsewhere = all_but(IS_MIXED, everywhere)
        counted = {
            "places": places,
            "everywhere": narrowed(everywhere, {}),
            "elsewhere": narrowed(elsewhere, {"offers": terms(fields.MIXED_LIMITED, most)}),
        }
        asked["mixed"] = chosen, narrowed(IS_MIXED, counted)
    return asked


def regions(wanted: SearchWanted, found: Mapping[str, Any]) -> dict[str, int]:
    """Read the count of each region that is told of out of what was asked; for everybody is for each of them."""
    within = _province_of(wanted.offers.region)
    told = {*_told(within)}
    counts = _by_region(found["places"], within)
    if wanted.offers.in_time:
        mixed = found["mixed"]
        counts.subtract(_by_region(mixed["places"], within))
        counts[EVERYWHERE] += mixed["everywhere"]["doc_count"]
        offers, _ = _anywhere(wanted)
        for written, number in tally(mixed["elsewhere"]["offers"]):
            for code in limited_regions(written, offers) & told:
                counts[code] += number
    return {code: counts[EVERYWHERE] + counts[code] for code in sorted(told)}


def _anywhere(wanted: SearchWanted) -> tuple[Wanted, tuple[str, ...]]:
    """Return which offers are wanted wherever they are, and the choices that remain."""
    offers = replace(wanted.offers, region=None)
    return offers, choices(replace(wanted, offers=offers))


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
