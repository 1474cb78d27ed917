"""Writing a generation of the index. One process writes at a time; tantivy's lock, which dies with it, sees to that."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from tantivy import Index

from services.catalog.search import schema
from services.catalog.search.courses import IndexedCourse, document_of
from services.catalog.search.failures import IndexKeptElsewhere
from services.catalog.search.folder import IndexState, write_state

_MEMORY = 100_000_000
"""Bytes for courses that are not on the disk yet: as many as a hundred thousand courses take, so that building an index
writes few parts that would have to be merged."""

_LOCKED = "LockBusy"
"""What tantivy says of an index that somebody else writes; it has one kind of error for everything."""


class IndexWriting:
    """One generation, open for writing. Nothing is seen before `commit`."""

    def __init__(self, generation: Path) -> None:
        """Open or begin a generation. Raises `IndexKeptElsewhere`, `ValueError` where it is damaged."""
        self.generation = generation
        index = Index(schema.build_schema(), path=str(generation))
        try:
            self._writer = index.writer(_MEMORY, 1)
        except ValueError as error:
            if _LOCKED in str(error):
                raise IndexKeptElsewhere from error
            raise

    def add(self, courses: Iterable[IndexedCourse]) -> None:
        """Add courses that are not in the index."""
        for course in courses:
            self._writer.add_json(document_of(course))

    def replace(self, course_ids: Iterable[str], courses: Iterable[IndexedCourse]) -> None:
        """Take courses out of the index and put in what there is of them now."""
        for course_id in course_ids:
            self._writer.delete_documents_by_term(schema.COURSE_ID, course_id)
        self.add(courses)

    def commit(self, state: IndexState) -> None:
        """Let everybody see what was written, then note how far that is."""
        self._writer.commit()
        write_state(self.generation, state)

    def finish(self) -> None:
        """Commit a part of a generation, which says nothing of how far it is, and leave it."""
        self._writer.commit()
        self.close()

    def close(self) -> None:
        """Finish what tantivy still does behind the scenes and leave the index to another writer."""
        self._writer.wait_merging_threads()
