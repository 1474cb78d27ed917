"""The order of titles, as numbers: twelve letters in each.

Tantivy sorts by a number as quickly as it counts. By text it has to look up what each course that comes before the end
of the page is called: 2 ms for a first page, and 400 ms for the ten-thousandth course.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from operator import itemgetter

from tantivy import DocAddress, Order, Query

from services.catalog.search import schema as fields
from services.catalog.search.queries import all_of
from services.catalog.search.reading import View
from services.catalog.search.wanted import Place

_LETTERS = 12
"""In one number of 64 bits: there are fewer than 40 different ones."""

_IN_ALL = _LETTERS * len(fields.TITLE_ORDER)
_ORDER = {letter: 3 + place for place, letter in enumerate("0123456789abcdefghijklmnopqrstuvwxyz")}
_ORDER |= {"\0": 0, " ": 1, "#": 2, "+": 2}
_ELSE = max(_ORDER.values()) + 1
_DIFFERENT = _ELSE + 1


def title_numbers(words: Sequence[str]) -> list[int]:
    """Return the numbers of a title of these words, one for each of `schema.TITLE_ORDER`; more letters do not count."""
    order = [_ORDER.get(letter, _ELSE) for letter in " ".join(words)[:_IN_ALL].ljust(_IN_ALL, "\0")]
    return [_number(order[start : start + _LETTERS]) for start in range(0, _IN_ALL, _LETTERS)]


def _number(order: Sequence[int]) -> int:
    number = 0
    for each in order:
        number = number * _DIFFERENT + each
    return number


def page_by_title(view: View, found: Query, place: Place) -> list[DocAddress]:
    """Return a part of what is found by title, courses of the same title the newest first.

    Tantivy sorts by the first number. Courses that share it with the first or the last of the page are in no order and
    may lie partly outside: all of them are looked at, and the other numbers tell.
    """
    searcher, first = view.searcher, fields.TITLE_ORDER[0]
    end = place.offset + place.limit
    hits = searcher.search(found, end, count=False, order_by_field=first, order=Order.Asc).hits
    page = hits[place.offset :]
    if not page:
        return []
    begins, last_begins = (bisect_left(hits, page[at][0], key=itemgetter(0)) for at in (0, -1))
    last = page[-1][0]
    alike = searcher.search(
        all_of([found, view.condition(f"{first}:{last}")]),
        max(searcher.doc_freq(first, last), 1),
        count=False,
        order_by_field=fields.MADE,
    ).hits
    addresses = [address for _, address in (*hits[begins:last_begins], *alike)]
    made = searcher.fast_field_values(fields.MADE, addresses)
    numbers = [searcher.fast_field_values(name, addresses) for name in fields.TITLE_ORDER]
    keys = [(*of_title, -(when or 0)) for *of_title, when in zip(*numbers, made, strict=True)]
    ordered = sorted(range(len(addresses)), key=keys.__getitem__)
    skipped = place.offset - begins
    return [addresses[each] for each in ordered[skipped : skipped + place.limit]]
