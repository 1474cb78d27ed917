"""The index as web processes read it: always the newest commit of the generation in use."""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass
from pathlib import Path

from tantivy import Index, Query, Schema, Searcher

from chassis.observability import logger
from chassis.problems import Unavailable
from services.catalog.search import schema
from services.catalog.search.failures import IndexBroken, panics_told
from services.catalog.search.folder import IndexFolder, commit_mark

_READY_IN = 5
"""Seconds after which whoever found no index may ask again."""

_Mark = tuple[str, tuple[int, int, int]]


class SearchUnavailable(Unavailable):
    """There is no index to search yet: the worker has not built one, or is building it anew."""

    code = "search-unavailable"
    title = "The search is being prepared"
    meaning = "Courses are found by an index, which is not there yet or could not be read."
    default_detail = (
        "The catalogue's worker is building the index. Try again after the time in Retry-After."
    )

    def __init__(self) -> None:
        super().__init__(retry_after=_READY_IN)


@dataclass(frozen=True, slots=True)
class View:
    """One state of the index. `mark` differs between any two states."""

    searcher: Searcher
    schema: Schema
    index: Index
    mark: str

    def condition(self, written: str) -> Query:
        """Read a condition that `filters` wrote."""
        return self.index.parse_query(written)


class SearchIndex:
    """The newest state of the index in a folder. Any number of threads may ask at once."""

    def __init__(self, path: Path) -> None:
        self._folder = IndexFolder(path)
        self._lock = threading.Lock()
        self._index: Index | None = None
        self._seen: _Mark | None = None
        self._view: View | None = None

    def view(self) -> View:
        """Return the newest state; looking for a newer one takes two looks at the file system.

        Raises `SearchUnavailable` where there is none that can be read.
        """
        generation = self._folder.current()
        mark = None if generation is None else commit_mark(generation)
        if generation is not None and mark is not None:
            view = self._view
            if view is None or self._seen != (generation.name, mark):
                view = self._open(generation, (generation.name, mark))
            if view is not None:
                return view
        if self._view is None:
            raise SearchUnavailable
        return self._view

    def _open(self, generation: Path, mark: _Mark) -> View | None:
        """Open a state, and tell the last one where it turns out to be unreadable, which the worker will mend."""
        with self._lock:
            if self._seen == mark:
                return self._view
            try:
                with panics_told():
                    if self._index is None or self._seen is None or self._seen[0] != mark[0]:
                        self._index = Index.open(str(generation))
                        self._index.config_reader("manual")
                    self._index.reload()
                    index = self._index
                    searcher, schema_there = index.searcher(), index.schema
            except IndexBroken as error:
                logger().warning("search-index-unreadable", exc_info=error)
                return self._view
            name = hashlib.sha256(repr((schema.VERSION, mark)).encode()).hexdigest()[:16]
            view = View(searcher, schema_there, index, name)
            self._seen, self._view = mark, view
            return view
