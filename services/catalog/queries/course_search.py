"""The published courses that somebody looks for: a page, how many there are, and what other choices would leave."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property

from chassis.observability import logger
from chassis.pagination import Page, foreign_cursor
from services.catalog.queries.kept import Kept
from services.catalog.search.failures import IndexBroken, panics_told
from services.catalog.search.reading import SearchIndex, SearchUnavailable, View
from services.catalog.search.search import Search
from services.catalog.search.wanted import Place, SearchWanted, Sort

MOST_WALKED = 10_000
"""Courses that can be walked through in an order other than that of their making: each page has to pass over all that
came before."""

_LATEST = 1 << 63


@dataclass(frozen=True, slots=True)
class Found:
    """An answer, written; its ETag stays for as long as the index does."""

    body: bytes
    etag: str


class CourseSearch:
    """Finds courses in the index."""

    def __init__(self, index: SearchIndex) -> None:
        self._index = index
        self._kept = Kept()

    def find(self, wanted: SearchWanted, sort: Sort, page: Page) -> Found:
        """Find courses.

        Raises `SearchUnavailable` where there is no index to be used, `ValidationFailed` for a cursor that is not
        such as this order gives, or leads too far.
        """
        asked = _Asked(wanted, sort, page)
        place = asked.place
        view = self._index.view()
        try:
            with panics_told():
                body = self._kept.get(
                    (wanted, sort, page),
                    mark=view.mark,
                    make=lambda: self._body(view, asked, place),
                )
        except IndexBroken as error:
            logger().error("search-index-broken", exc_info=error)
            raise SearchUnavailable from error
        told = hashlib.sha256(repr((wanted, sort, page)).encode()).hexdigest()[:16]
        return Found(body, f'"{view.mark}{told}"')

    def _body(self, view: View, asked: _Asked, place: Place) -> bytes:
        search = Search(view, asked.wanted)
        counted = self._kept.get(asked.wanted, mark=view.mark, make=lambda: _counted(search))
        hits = search.page(asked.sort, place)
        items = b",".join(hit.shown for hit in hits[: asked.page.limit])
        cursor = None
        if len(hits) > asked.page.limit:
            cursor = asked.page.cursor(asked.key_after(hits[asked.page.limit - 1].made))
        return b'{"items":[%b],%b,"next_cursor":%b}' % (items, counted, json.dumps(cursor).encode())


@dataclass(frozen=True)
class _Asked:
    """What was asked for, and how its cursors are read and written.

    In the order of making, which never changes, a cursor names the last course that was shown; in every other it tells
    how many were.
    """

    wanted: SearchWanted
    sort: Sort
    page: Page

    @cached_property
    def place(self) -> Place:
        """Return what to read: one more than is shown, to see whether there is more. Raises `ValidationFailed`."""
        key, limit = self._key, self.page.limit + 1
        if key is None:
            return Place(limit)
        if self.sort is Sort.NEWEST:
            return Place(limit, made_before=min(key, _LATEST))
        if key + self.page.limit > MOST_WALKED:
            raise foreign_cursor(
                f"Only the first {MOST_WALKED} courses can be walked through in this order. Narrow the search, or send"
                " sort=newest, in which all can."
            )
        return Place(limit, offset=key)

    def key_after(self, made: int) -> str:
        """Return the key of the place after this page, whose last course was made then."""
        if self.sort is Sort.NEWEST:
            return str(made)
        return str((self._key or 0) + self.page.limit)

    @property
    def _key(self) -> int | None:
        after = self.page.after
        if after is None:
            return None
        if not after.isdecimal():
            raise foreign_cursor()
        return int(after)


def _counted(search: Search) -> bytes:
    total, facets = search.counts()
    written = json.dumps(facets, ensure_ascii=False, separators=(",", ":")).encode()
    return b'"total":%d,"facets":%b' % (total, written)
