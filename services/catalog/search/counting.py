"""Counting what is found, and what each other choice would leave: with every other filter, but not its own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import reduce
from operator import getitem
from typing import Any

from tantivy import Query

from services.catalog.search import schema as fields
from services.catalog.search.aggregations import (
    Aggregation,
    Asked,
    narrowed,
    tally,
    terms,
)
from services.catalog.search.counting_kinds import KindCounts, asked_of_kinds
from services.catalog.search.counting_regions import asked_of_regions, regions
from services.catalog.search.filters import choices
from services.catalog.search.queries import all_of
from services.catalog.search.reading import View
from services.catalog.search.wanted import SearchWanted

MOST_PROVIDERS = 50
"""Providers that are told of, those with the most courses first."""

_ID = 36
"""Characters of an id, with which a provider's label begins."""

Facets = dict[str, list[dict[str, Any]]]


def count(view: View, among: Query, wanted: SearchWanted) -> tuple[int, Facets]:
    """Count everything that is found, and what each choice would leave.

    `among` finds what is wanted but for the choices in facets (`filters.choices`).
    """
    asked = {
        **asked_of_kinds(wanted),
        "provider": _asked_of_providers(wanted),
        **asked_of_regions(wanted),
    }
    # What starts within a span takes longest to find.
    found = _counted(view, among, asked, at_once=wanted.offers.in_time)
    kinds = KindCounts(wanted, found)
    return kinds.total(), {
        "track": _told(kinds.by_track()),
        "mode": _told(kinds.by_mode()),
        "provider": [
            {"value": label[:_ID], "name": label[_ID:].strip(), "count": number}
            for label, number in tally(found["provider"])
        ],
        "region": _told(
            {code: number for code, number in regions(view, among, wanted, found).items() if number}
        ),
        "has_seats": _told(kinds.by_seats()),
    }


def _told(counts: Mapping[Any, int]) -> list[dict[str, Any]]:
    return [{"value": value, "count": number} for value, number in counts.items()]


def _counted(
    view: View, among: Query, asked: Mapping[str, Asked], *, at_once: bool
) -> dict[str, Any]:
    """Count several things: in one pass, or in one for all that is counted under the same conditions.

    In one pass a condition is looked at once for all that is counted under it, but each looks at every course there is.
    In a pass of its own, which begins with its conditions, only those are looked at for which they hold.
    """
    if at_once:
        return _in_one_pass(view, among, asked)
    passes: defaultdict[tuple[str, ...], dict[str, Aggregation]] = defaultdict(dict)
    for name, (conditions, aggregation) in asked.items():
        passes[conditions][name] = aggregation
    found: dict[str, Any] = {}
    for conditions, aggregations in passes.items():
        fitting = all_of([among, *map(view.condition, conditions)])
        found |= view.searcher.aggregate(fitting, aggregations)
    return found


def _in_one_pass(view: View, among: Query, asked: Mapping[str, Asked]) -> dict[str, Any]:
    whole: dict[str, Aggregation] = {}
    for name, (conditions, aggregation) in asked.items():
        under = whole
        for condition in _from_widest(conditions):
            under = under.setdefault(condition, narrowed(condition, {}))["aggs"]
        under[name] = aggregation
    found = view.searcher.aggregate(among, whole)
    return {
        name: reduce(getitem, _from_widest(conditions), found)[name]
        for name, (conditions, _) in asked.items()
    }


def _from_widest(conditions: Sequence[str]) -> Sequence[str]:
    """Order conditions: the last of `choices`, which offers are wanted, is shared by most and takes longest."""
    return conditions[::-1]


def _asked_of_providers(wanted: SearchWanted) -> Asked:
    return choices(replace(wanted, provider_id=None)), terms(fields.PROVIDER_LABEL, MOST_PROVIDERS)
