"""Searching: the page, how many there are, and what each other choice would leave."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tantivy import Order, Query

from services.catalog.search import schema as fields
from services.catalog.search.counting import Facets, count
from services.catalog.search.filters import below, common, conditions
from services.catalog.search.queries import all_of
from services.catalog.search.reading import View
from services.catalog.search.text_query import TextQueries, TextQuery
from services.catalog.search.title_order import page_by_title
from services.catalog.search.wanted import Place, SearchWanted, Sort

_ORDERS: Mapping[Sort, tuple[str, Order]] = {
    Sort.NEWEST: (fields.MADE, Order.Desc),
    Sort.PRICE: (fields.PRICE, Order.Asc),
    Sort.STARTS: (fields.FIRST_START, Order.Asc),
}


@dataclass(frozen=True, slots=True)
class Hit:
    """A course that was found: the document that the public gets, and its place in the order of making."""

    shown: bytes
    made: int


class Search:
    """One search in one state of the index."""

    def __init__(self, view: View, wanted: SearchWanted) -> None:
        self._view = view
        self._wanted = wanted
        self._text: TextQuery | None = None
        if wanted.text is not None:
            self._text = TextQueries(view.schema, view.searcher).query(wanted.text)

    def page(self, sort: Sort, place: Place) -> list[Hit]:
        """Return one part of what is found, in an order."""
        searcher, found = self._view.searcher, self._found(sort, place.made_before)
        if sort is Sort.TITLE:
            addresses = page_by_title(self._view, found, place)
        else:
            name, order = _ORDERS.get(sort, (None, Order.Desc))
            hits = searcher.search(
                found,
                place.limit,
                count=False,
                order_by_field=name,
                offset=place.offset,
                order=order,
            ).hits
            addresses = [address for _, address in hits]
        made = searcher.fast_field_values(fields.MADE, addresses)
        return [
            Hit(bytes(searcher.doc(address)[fields.SHOWN][0]), int(number or 0))
            for address, number in zip(addresses, made, strict=True)
        ]

    def counts(self) -> tuple[int, Facets]:
        """Count everything that is found, and what each choice would leave: with every other filter but not its own."""
        among = all_of([*self._matching(), *map(self._view.condition, common(self._wanted))])
        return count(self._view, among, self._wanted)

    def _found(self, sort: Sort, made_before: int | None) -> Query:
        """Make the query of what is found; filters say nothing of how good something is."""
        filters = list(map(self._view.condition, conditions(self._wanted)))
        if made_before is not None:
            filters.append(self._view.condition(below(fields.MADE, made_before)))
        if self._text is None or sort is not Sort.RELEVANCE:
            return all_of([*self._matching(), *filters])
        return all_of([self._text.ranked, *(Query.const_score_query(q, 0.0) for q in filters)])

    def _matching(self) -> list[Query]:
        return [] if self._text is None else [self._text.matching]
