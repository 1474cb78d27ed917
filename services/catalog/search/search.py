"""Searching: the page, how many there are, and what each other choice would leave."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from tantivy import FieldType, Occur, Order, Query

from services.catalog.search import schema as fields
from services.catalog.search.offers import EVERYWHERE, Wanted
from services.catalog.search.reading import View
from services.catalog.search.text_query import TextQueries
from vocabulary.regions import PROVINCES, REGENCIES, Province, Region, region

MOST_PROVIDERS = 50
"""Providers that are told of, those with the most courses first."""

_ID = 36
"""Characters of an id, with which a provider's label begins."""

_SEATS: Mapping[bool, str] = {True: fields.WITH_SEATS, False: fields.WITHOUT_SEATS}
_NO_OFFER = 0
"""The number of no class: what nothing is in."""

_Aggregation = dict[str, Any]
_PLACES: Mapping[bool | None, str] = {
    None: fields.PLACES,
    True: fields.PLACES_WITH_SEATS,
    False: fields.PLACES_WITHOUT_SEATS,
}
_EVERY_REGION = len(PROVINCES) + len(REGENCIES) + 1


class Sort(StrEnum):
    """The order of what is found."""

    RELEVANCE = "relevance"
    NEWEST = "newest"
    TITLE = "title"
    PRICE = "price"
    STARTS = "starts"


_ORDERS: Mapping[Sort, tuple[str, Order]] = {
    Sort.NEWEST: (fields.MADE, Order.Desc),
    Sort.TITLE: (fields.TITLE_ORDER, Order.Asc),
    Sort.PRICE: (fields.PRICE, Order.Asc),
    Sort.STARTS: (fields.STARTS, Order.Asc),
}


@dataclass(frozen=True, slots=True)
class SearchWanted:
    """What is looked for. `max_price` is in rupiah; `offers` is what one class of a course must be like."""

    text: str | None = None
    track: str | None = None
    mode: str | None = None
    provider_id: str | None = None
    max_price: int | None = None
    offers: Wanted = field(default_factory=Wanted)


@dataclass(frozen=True, slots=True)
class Place:
    """Which part of what is found: `limit` courses, after `offset` others or made before `made_before`."""

    limit: int
    offset: int = 0
    made_before: int | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """A course that was found: the document that the public gets, and its place in the order of making."""

    shown: bytes
    made: int


class Search:
    """One search in one state of the index."""

    def __init__(self, view: View, wanted: SearchWanted) -> None:
        self._schema, self._searcher = view.schema, view.searcher
        self._wanted = wanted
        self._text: Query | None = None
        if wanted.text is not None:
            self._text = TextQueries(view.schema, view.searcher).query(wanted.text)

    def page(self, sort: Sort, place: Place) -> list[Hit]:
        """Return one part of what is found, in an order."""
        query = self._query(self._wanted, scored=sort is Sort.RELEVANCE)
        if place.made_before is not None:
            before = self._below(fields.MADE, place.made_before)
            query = Query.boolean_query([(Occur.Must, query), (Occur.Must, before)])
        name, order = _ORDERS.get(sort, (None, Order.Desc))
        found = self._searcher.search(
            query, place.limit, count=False, order_by_field=name, offset=place.offset, order=order
        )
        addresses = [address for _, address in found.hits]
        made = self._searcher.fast_field_values(fields.MADE, addresses)
        return [
            Hit(bytes(self._searcher.doc(address)[fields.SHOWN][0]), int(number or 0))
            for address, number in zip(addresses, made, strict=True)
        ]

    def counts(self) -> tuple[int, dict[str, list[dict[str, Any]]]]:
        """Count everything that is found, and what each choice would leave: with every other filter but not its own."""
        wanted, offers = self._wanted, self._wanted.offers
        anywhere = replace(wanted, offers=replace(offers, region=None))
        regardless = replace(wanted, offers=replace(offers, has_seats=None))
        found = self._counted(
            {
                "total": (wanted, {"value_count": {"field": fields.MADE}}),
                "track": (replace(wanted, track=None), _terms(fields.TRACK, 10)),
                "mode": (replace(wanted, mode=None), _terms(fields.MODE, 10)),
                "provider": (
                    replace(wanted, provider_id=None),
                    _terms(fields.PROVIDER_LABEL, MOST_PROVIDERS),
                ),
                "with": (regardless, _of(replace(offers, has_seats=True))),
                "without": (regardless, _of(replace(offers, has_seats=False))),
            }
        )
        return int(found["total"]["value"]), {
            "track": [{"value": key, "count": count} for key, count in _buckets(found["track"])],
            "mode": [{"value": key, "count": count} for key, count in _buckets(found["mode"])],
            "provider": [
                {"value": key[:_ID], "name": key[_ID:].strip(), "count": count}
                for key, count in _buckets(found["provider"])
            ],
            "region": [
                {"value": code, "count": count}
                for code, count in sorted(self._regions(anywhere).items())
                if _is_told(code, offers.region) and count
            ],
            "has_seats": [
                {"value": True, "count": found["with"]["doc_count"]},
                {"value": False, "count": found["without"]["doc_count"]},
            ],
        }

    def _counted(self, asked: Mapping[str, tuple[SearchWanted, _Aggregation]]) -> dict[str, Any]:
        """Count several things, in one pass each for those that are counted among the same courses."""
        among: defaultdict[SearchWanted, dict[str, _Aggregation]] = defaultdict(dict)
        for name, (wanted, aggregation) in asked.items():
            among[wanted][name] = aggregation
        found: dict[str, Any] = {}
        for wanted, aggregations in among.items():
            found |= self._searcher.aggregate(self._query(wanted), aggregations)
        return found

    def _regions(self, anywhere: SearchWanted) -> dict[str, int]:
        """Count for each region; an online class without limits counts for every one."""
        offers = anywhere.offers
        query = self._query(anywhere)
        if offers.in_time:
            query = _all_but(query, self._mixed())
        places = _terms(_PLACES[None if offers.in_time else offers.has_seats], _EVERY_REGION)
        counts = dict(_buckets(self._searcher.aggregate(query, {"places": places})["places"]))
        everywhere = counts.pop(EVERYWHERE, 0)
        mixed = self._mixed_regions(anywhere) if offers.in_time else {}
        return {
            code: everywhere + counts.get(code, 0) + mixed.get(code, 0)
            for code in (*PROVINCES, *REGENCIES)
        }

    def _mixed_regions(self, anywhere: SearchWanted) -> dict[str, int]:
        """Count courses whose classes are for different people: which of them are in time, the places do not tell."""
        told = [c for c in (*PROVINCES, *REGENCIES) if _is_told(c, self._wanted.offers.region)]
        offers = anywhere.offers
        among = _all([self._query(anywhere), self._mixed()])
        everywhere = self._spans(offers.spans_everywhere(), fields.MIXED_OFFERS)
        total = {"total": {"value_count": {"field": fields.MADE}}}
        unlimited = self._searcher.aggregate(_all([among, everywhere]), total)["total"]["value"]
        spans = {code: replace(offers, region=region(code)).spans_there() for code in told}
        found = self._searcher.aggregate(
            _all_but(among, everywhere),
            {code: _filter(each, fields.MIXED_OFFERS) for code, each in spans.items()},
        )
        return {code: int(unlimited) + found[code]["doc_count"] for code in told}

    def _mixed(self) -> Query:
        return Query.term_query(self._schema, fields.MIXED, fields.YES, "basic")

    def _query(self, wanted: SearchWanted, *, scored: bool = False) -> Query:
        filters = list(self._filters(wanted))
        if self._text is None:
            return _all(filters) if filters else Query.all_query()
        if not scored:
            return _all([self._text, *filters])
        unscored = [Query.const_score_query(query, 0.0) for query in filters]
        return _all([self._text, *unscored])

    def _filters(self, wanted: SearchWanted) -> Iterator[Query]:
        for name, value in (
            (fields.TRACK, wanted.track),
            (fields.MODE, wanted.mode),
            (fields.PROVIDER, wanted.provider_id),
        ):
            if value is not None:
                yield Query.term_query(self._schema, name, value, "basic")
        if wanted.max_price is not None:
            yield self._below(fields.PRICE, wanted.max_price + 1)
        if not wanted.offers.is_empty:
            yield self._offers(wanted.offers)

    def _offers(self, offers: Wanted) -> Query:
        """Want a class; unless it matters when it starts, the places or the seats of the course tell."""
        if offers.in_time:
            return self._spans(offers.spans())
        if offers.region is None:
            return Query.term_query(
                self._schema, fields.SEATS, _SEATS[bool(offers.has_seats)], "basic"
            )
        places = _PLACES[offers.has_seats]
        return Query.boolean_query(
            [
                (Occur.Should, Query.term_query(self._schema, places, place, "basic"))
                for place in (EVERYWHERE, offers.region.code)
            ]
        )

    def _spans(self, spans: Sequence[tuple[int, int]], name: str = fields.OFFERS) -> Query:
        among = [
            Query.range_query(
                self._schema,
                name,
                FieldType.Unsigned,
                first,
                last,
                use_inverted_index=True,
            )
            for first, last in spans
        ]
        return Query.boolean_query([(Occur.Should, query) for query in among])

    def _below(self, name: str, limit: int) -> Query:
        """Want a number that is smaller than another."""
        return Query.range_query(
            self._schema, name, FieldType.Unsigned, 0, limit, include_upper=False
        )


def _all(queries: Sequence[Query]) -> Query:
    return Query.boolean_query([(Occur.Must, query) for query in queries])


def _all_but(query: Query, without: Query) -> Query:
    return Query.boolean_query([(Occur.Must, query), (Occur.MustNot, without)])


def _terms(name: str, most: int) -> _Aggregation:
    return {"terms": {"field": name, "size": most}}


def _of(offers: Wanted) -> _Aggregation:
    """Count what has a class as wanted, with seats or without."""
    if offers.in_time:
        return _filter(offers.spans())
    if offers.region is None:
        return {"filter": f"{fields.SEATS}:{_SEATS[bool(offers.has_seats)]}"}
    places = _PLACES[offers.has_seats]
    return {"filter": f'{places}:{EVERYWHERE} OR {places}:"{offers.region.code}"'}


def _filter(spans: Sequence[tuple[int, int]], name: str = fields.OFFERS) -> _Aggregation:
    """Count what is in spans. Numbers of ours only: nothing that anybody typed comes here."""
    ranges = [f"{name}:[{first} TO {last}]" for first, last in spans]
    return {"filter": " OR ".join(ranges or [f"{name}:{_NO_OFFER}"])}


def _buckets(found: Mapping[str, Any]) -> list[tuple[str, int]]:
    return [(bucket["key"], bucket["doc_count"]) for bucket in found["buckets"]]


def _is_told(code: str, chosen: Region | None) -> bool:
    """Tell of every province, and of the regencies of the one that was chosen or has the one that was chosen."""
    if code in PROVINCES:
        return True
    if chosen is None:
        return False
    province = chosen.code if isinstance(chosen, Province) else chosen.province
    return REGENCIES[code].province == province
