"""Classes as everybody sees them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from chassis.pagination import Page
from services.catalog.domain.classes import ClassStatus
from services.catalog.domain.courses import Mode
from services.catalog.queries.class_filter import NOT_SUSPENDED, ClassFilter
from services.catalog.queries.documents import Document, class_document
from services.catalog.queries.paging import page_by_id
from services.catalog.storage.classes import CLASSES, T, classes_of, find_class


@dataclass(frozen=True, slots=True)
class ClassesWanted:
    """Which classes.

    `open_at` is an instant at which a class is published and its registration is open, while its provider is not
    suspended.
    """

    place_and_time: ClassFilter
    status: ClassStatus
    course_id: str | None
    provider_id: str | None
    mode: Mode | None
    open_at: datetime | None


def list_classes(connection: sa.Connection, wanted: ClassesWanted, page: Page) -> dict[str, Any]:
    """List classes in at most two statements."""
    query = CLASSES.where(T.status == wanted.status, *wanted.place_and_time.conditions())
    for column, value in (
        (T.course_id, wanted.course_id),
        (T.provider_id, wanted.provider_id),
        (T.mode, wanted.mode),
    ):
        if value is not None:
            query = query.where(column == value)
    if wanted.open_at is not None:
        query = query.where(
            T.registration_opens <= wanted.open_at,
            T.registration_closes > wanted.open_at,
            NOT_SUSPENDED,
        )
    return page_by_id(
        connection,
        query,
        T.class_id,
        page=page,
        write=lambda rows: [class_document(found).body for found in classes_of(connection, rows)],
    )


def show_class(connection: sa.Connection, class_id: str) -> Document | None:
    """Show a class, also one that is cancelled or closed: somebody may be in it. None where there is none."""
    training_class = find_class(connection, class_id)
    return None if training_class is None else class_document(training_class)
