"""The product's own index and search over a file of courses, and what its ranking is worth."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from services.catalog.search.courses import IndexedCourse
from services.catalog.search.folder import IndexFolder, IndexState
from services.catalog.search.reading import SearchIndex
from services.catalog.search.search import Search
from services.catalog.search.wanted import Place, SearchWanted, Sort
from services.catalog.search.writing import IndexWriting

AT = 10


@dataclass(frozen=True, slots=True)
class Ranker:
    """Ranks courses by their ids."""

    index: SearchIndex

    def rank(self, text: str) -> list[str]:
        """Return the ids of the first courses found for a text."""
        search = Search(self.index.view(), SearchWanted(text=text))
        return [hit.shown.decode() for hit in search.page(Sort.RELEVANCE, Place(AT))]


@contextmanager
def ranker_of(courses: Iterable[IndexedCourse]) -> Iterator[Ranker]:
    """Index courses until the block ends."""
    with TemporaryDirectory(prefix="relevance-") as name:
        folder = IndexFolder(Path(name))
        writing = IndexWriting(folder.begin("of-courses"))
        writing.add(courses)
        writing.commit(IndexState("", 0, None, datetime.now(UTC)))
        writing.close()
        folder.publish(writing.generation)
        yield Ranker(SearchIndex(Path(name)))


def ndcg(found: Sequence[str], grades: Mapping[str, int]) -> float | None:
    """Return the normalised discounted cumulative gain of the first ten, with gain 2^grade - 1.

    None where no course is right: no ranking could be better than another.
    """
    best = _gain(sorted(grades.values(), reverse=True))
    return None if not best else _gain([grades.get(course_id, 0) for course_id in found]) / best


def _gain(grades: Sequence[int]) -> float:
    return sum((2.0**grade - 1) / math.log2(place + 2) for place, grade in enumerate(grades[:AT]))
