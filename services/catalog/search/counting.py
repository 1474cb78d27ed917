"""Counting what is found, and what each other choice would leave: with every other filter, but not its own."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from tantivy import Query, Searcher

from services.catalog.search import schema as fields
from services.catalog.search.filters import (
    IS_MIXED,
    IS_NOT_MIXED,
    all_but,
    choices,
    every_one,
    mixed_everywhere,
    mixed_there,
)
from services.catalog.search.offers import EVERYWHERE, Wanted, regions_at
from services.catalog.search.wanted import SearchWanted
from vocabulary.regions import PROVINCES, REGENCIES, Province, Region, region

MOST_PROVIDERS = 50
"""Providers that are told of, those with the most courses first."""

_ID = 36
"""Characters of an id, with which a provider's label begins."""

_FEW = 10
"""More than there are tracks or modes."""

Facets = dict[str, list[dict[str, Any]]]
_Aggregation = dict[str, Any]
_Asked = tuple[tuple[str, ...], _Aggregation]
"""What to count, among the courses for which some conditions hold."""

_NUMBER: _Aggregation = {"value_count": {"field": fields.MADE}}


def count(searcher: Searcher, among: Query, wanted: SearchWanted) -> tuple[int, Facets]:
    """Count everything that is found, and what each choice would leave, in one pass.

    `among` finds what is wanted but for the choices in facets (`filters.choices`).
    """
    found = _counted(searcher, among, {**_asked(wanted), **_asked_of_regions(searcher, wanted)})
    return int(found["total"]["value"]), {
        "track": [{"value": word, "count": number} for word, number in _tally(found["track"])],
        "mode": [{"value": word, "count": number} for word, number in _tally(found["mode"])],
        "provider": [
            {"value": label[:_ID], "name": label[_ID:].strip(), "count": number}
            for label, number in _tally(found["provider"])
        ],
        "region": [
            {"value": code, "count": number}
            for code, number in _regions(found, wanted.offers)
            if number
        ],
        "has_seats": [
            {"value": True, "count": int(found["with"]["value"])},
            {"value": False, "count": int(found["without"]["value"])},
        ],
    }


def _counted(searcher: Searcher, among: Query, asked: Mapping[str, _Asked]) -> dict[str, Any]:
    """Count several things; conditions are looked at once for all that is counted under them."""
    under: defaultdict[tuple[str, ...], dict[str, _Aggregation]] = defaultdict(dict)
    for name, (conditions, aggregation) in asked.items():
        under[conditions][name] = aggregation
    whole = under.pop((), {})
    narrowed = {
        every_one(conditions): {"filter": every_one(conditions), "aggs": aggregations}
        for conditions, aggregations in under.items()
    }
    found: dict[str, Any] = searcher.aggregate(among, whole | narrowed)
    for name in narrowed:
        found |= found.pop(name)
    return found


def _asked(wanted: SearchWanted) -> dict[str, _Asked]:
    """Ask for everything but regions."""
    offers = wanted.offers
    with_seats, without = (replace(offers, has_seats=value) for value in (True, False))
    providers = _terms(fields.PROVIDER_LABEL, MOST_PROVIDERS)
    return {
        "total": (choices(wanted), _NUMBER),
        "track": (choices(replace(wanted, track=None)), _terms(fields.TRACK, _FEW)),
        "mode": (choices(replace(wanted, mode=None)), _terms(fields.MODE, _FEW)),
        "provider": (choices(replace(wanted, provider_id=None)), providers),
        "with": (choices(replace(wanted, offers=with_seats)), _NUMBER),
        "without": (choices(replace(wanted, offers=without)), _NUMBER),
    }


def _asked_of_regions(searcher: Searcher, wanted: SearchWanted) -> dict[str, _Asked]:
    """Ask where there are courses.

    Where it matters when a class starts, the places of a course whose classes are for different people do not tell
    where those are that are in time: such courses are counted by their classes.
    """
    offers = replace(wanted.offers, region=None)
    chosen = choices(replace(wanted, offers=offers))
    places = _terms(fields.WHERE[offers.has_seats], max(searcher.num_docs, 1))
    if not offers.in_time:
        return {"places": (chosen, places)}
    everywhere = mixed_everywhere(offers)
    others = (*chosen, all_but(IS_MIXED, everywhere))
    there = {
        code: mixed_there(replace(offers, region=region(code)))
        for code in _told(wanted.offers.region)
    }
    return {
        "places": ((*chosen, IS_NOT_MIXED), places),
        EVERYWHERE: ((*chosen, everywhere), _NUMBER),
        **{code: (others, {"filter": condition}) for code, condition in there.items()},
    }


def _regions(found: Mapping[str, Any], offers: Wanted) -> Iterator[tuple[str, int]]:
    """Return the count of each region; an online class without limits counts for every one."""
    counts: Counter[str] = Counter()
    for written, number in _tally(found["places"]):
        for code in regions_at(written):
            counts[code] += number
    if offers.in_time:
        counts[EVERYWHERE] += int(found[EVERYWHERE]["value"])
    for code in sorted(_told(offers.region)):
        mixed = found[code]["doc_count"] if offers.in_time else 0
        yield code, counts[EVERYWHERE] + counts[code] + mixed


def _terms(name: str, most: int) -> _Aggregation:
    return {"terms": {"field": name, "size": most}}


def _tally(found: Mapping[str, Any]) -> list[tuple[str, int]]:
    return [(bucket["key"], bucket["doc_count"]) for bucket in found["buckets"]]


def _told(chosen: Region | None) -> Iterator[str]:
    """Tell of every province, and of the regencies of the one that was chosen or has the one that was chosen."""
    yield from PROVINCES
    if chosen is not None:
        province = chosen.code if isinstance(chosen, Province) else chosen.province
        yield from (code for code, found in REGENCIES.items() if found.province == province)
