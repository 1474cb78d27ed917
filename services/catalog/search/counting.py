"""Counting what is found, and what each other choice would leave: with every other filter, but not its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import reduce
from operator import getitem
from typing import Any

from tantivy import Query, Searcher

from services.catalog.search import schema as fields
from services.catalog.search.aggregations import (
    NUMBER,
    Aggregation,
    Asked,
    narrowed,
    tally,
    terms,
)
from services.catalog.search.counting_regions import asked_of_regions, regions
from services.catalog.search.filters import choices
from services.catalog.search.reading import View
from services.catalog.search.wanted import SearchWanted

MOST_PROVIDERS = 50
"""Providers that are told of, those with the most courses first."""

_ID = 36
"""Characters of an id, with which a provider's label begins."""

_FEW = 10
"""More than there are tracks or modes."""

Facets = dict[str, list[dict[str, Any]]]


def count(view: View, among: Query, wanted: SearchWanted) -> tuple[int, Facets]:
    """Count everything that is found, and what each choice would leave.

    `among` finds what is wanted but for the choices in facets (`filters.choices`).
    """
    found = _counted(view.searcher, among, {**_asked(wanted), **asked_of_regions(wanted)})
    return int(found["total"]["value"]), {
        "track": [{"value": word, "count": number} for word, number in tally(found["track"])],
        "mode": [{"value": word, "count": number} for word, number in tally(found["mode"])],
        "provider": [
            {"value": label[:_ID], "name": label[_ID:].strip(), "count": number}
            for label, number in tally(found["provider"])
        ],
        "region": [
            {"value": code, "count": number}
            for code, number in regions(view, among, wanted, found).items()
            if number
        ],
        "has_seats": [
            {"value": value, "count": number} for value, number in _by_seats(found).items()
        ],
    }


def _counted(searcher: Searcher, among: Query, asked: Mapping[str, Asked]) -> dict[str, Any]:
    """Count several things in one pass; a condition is looked at once for all that is counted under it."""
    whole: dict[str, Aggregation] = {}
    for name, (conditions, aggregation) in asked.items():
        under = whole
        for condition in _from_widest(conditions):
            under = under.setdefault(condition, narrowed(condition, {}))["aggs"]
        under[name] = aggregation
    found = searcher.aggregate(among, whole)
    return {
        name: reduce(getitem, _from_widest(conditions), found)[name]
        for name, (conditions, _) in asked.items()
    }


def _from_widest(conditions: Sequence[str]) -> Sequence[str]:
    """Order conditions: the last of `choices`, which offers are wanted, is shared by most and takes longest."""
    return conditions[::-1]


def _asked(wanted: SearchWanted) -> dict[str, Asked]:
    """Ask for everything but regions."""
    providers = terms(fields.PROVIDER_LABEL, MOST_PROVIDERS)
    return {
        "total": (choices(wanted), NUMBER),
        "track": (choices(replace(wanted, track=None)), terms(fields.TRACK, _FEW)),
        "mode": (choices(replace(wanted, mode=None)), terms(fields.MODE, _FEW)),
        "provider": (choices(replace(wanted, provider_id=None)), providers),
        **_asked_of_seats(wanted),
    }


def _asked_of_seats(wanted: SearchWanted) -> dict[str, Asked]:
    """Ask for courses with seats and without: at once, unless a place or a time must be that of the same class."""
    offers = replace(wanted.offers, has_seats=None)
    if offers.is_empty:
        return {"seats": (choices(replace(wanted, offers=offers)), terms(fields.SEATS_FIELD, _FEW))}
    return {
        name: (choices(replace(wanted, offers=replace(offers, has_seats=value))), NUMBER)
        for value, name in fields.SEATS.items()
    }


def _by_seats(found: Mapping[str, Any]) -> dict[bool, int]:
    if "seats" in found:
        counts = dict(tally(found["seats"]))
        return {value: counts.get(name, 0) for value, name in fields.SEATS.items()}
    return {value: int(found[name]["value"]) for value, name in fields.SEATS.items()}
