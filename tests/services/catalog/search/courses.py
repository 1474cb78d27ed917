"""Courses for an index that no database stands behind, and the index."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from chassis.identifiers import new_id
from services.catalog.search.courses import IndexedCourse
from services.catalog.search.folder import IndexFolder, IndexState
from services.catalog.search.reading import SearchIndex, View
from services.catalog.search.search import Search
from services.catalog.search.wanted import Place, SearchWanted, Sort
from services.catalog.search.writing import IndexWriting

PROVIDER = "01890000-0000-7000-8000-00000000000a"
STATE = IndexState(
    "00000000-0000-4000-8000-000000000001", 0, None, datetime(2026, 1, 1, tzinfo=UTC)
)


def course(title: str, **changes: Any) -> IndexedCourse:
    """Make a course of which nothing but the title tells anything."""
    values: dict[str, Any] = {
        "course_id": new_id(),
        "title": title,
        "subjects": (),
        "prose": (),
        "codes": (),
        "provider_id": PROVIDER,
        "provider_name": "BLK",
        "track": "skilling",
        "mode": "offline",
        "price": 500_000,
        "offers": (),
        "shown": json.dumps(title).encode(),
        **changes,
    }
    return IndexedCourse(**values)


@contextmanager
def indexed(courses: Iterable[IndexedCourse]) -> Iterator[View]:
    """Index courses until the block ends."""
    with TemporaryDirectory(prefix="search-") as name:
        folder = IndexFolder(Path(name))
        writing = IndexWriting(folder.begin("first"))
        writing.add(courses)
        writing.commit(STATE)
        writing.close()
        folder.publish(writing.generation)
        yield SearchIndex(Path(name)).view()


def found(view: View, text: str) -> list[str]:
    """Return the titles found for a text, the best first."""
    return titles(view, SearchWanted(text=text), Sort.RELEVANCE)


def titles(view: View, wanted: SearchWanted, sort: Sort, place: Place | None = None) -> list[str]:
    """Return the titles found, in an order."""
    return [json.loads(hit.shown) for hit in Search(view, wanted).page(sort, place or Place(200))]


def found_among(names: Sequence[str], text: str) -> list[str]:
    """Return which of some titles are found for a text, the best first."""
    with indexed([course(name) for name in names]) as view:
        return found(view, text)
