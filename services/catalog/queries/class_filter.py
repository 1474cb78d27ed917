"""The conditions by which classes are filtered, alone and as what a course must have."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from services.catalog.domain.courses import Mode
from services.catalog.storage.tables import CLASS_REGION, CLASS_SEATS, PROVIDER, TRAINING_CLASS
from vocabulary.regions import Regency, Region

T = TRAINING_CLASS.c


@dataclass(frozen=True, slots=True)
class ClassFilter:
    """Where and when a class is, and whether it has seats: `starts_after` is included, `starts_before` is not."""

    region: Region | None = None
    starts_after: datetime | None = None
    starts_before: datetime | None = None
    has_seats: bool | None = None

    @property
    def is_empty(self) -> bool:
        """Tell whether every class passes."""
        return self == ClassFilter()

    def conditions(self) -> Iterator[sa.ColumnElement[bool]]:
        """Yield what must be true of a row of the table of classes."""
        if self.region is not None:
            yield offered_in(self.region)
        if self.starts_after is not None:
            yield T.starts_at >= self.starts_after
        if self.starts_before is not None:
            yield T.starts_at < self.starts_before
        if self.has_seats is not None:
            some_left = sa.and_(_seats_held() < T.seats, NOT_SUSPENDED)
            yield some_left if self.has_seats else sa.not_(some_left)


NOT_SUSPENDED = T.provider_id.not_in(sa.select(PROVIDER.c.provider_id).where(PROVIDER.c.suspended))
"""Be of a provider whose classes take people."""


def offered_in(region: Region) -> sa.ColumnElement[bool]:
    """Be offline at a venue in the region, or online for people of the region (or of some part of it)."""
    served = CLASS_REGION.c.region
    venue: sa.ColumnElement[bool]
    serves: sa.ColumnElement[bool]
    if isinstance(region, Regency):
        venue = T.regency == region.code
        serves = served.in_([region.code, region.province])
    else:
        venue = T.regency.like(f"{region.code}.%")
        serves = sa.or_(served == region.code, served.like(f"{region.code}.%"))
    limited = sa.exists().where(CLASS_REGION.c.class_id == T.class_id, serves)
    return sa.or_(venue, sa.and_(T.mode == Mode.ONLINE, sa.or_(T.nationwide, limited)))


def _seats_held() -> sa.ColumnElement[int]:
    seats = CLASS_SEATS.alias("seats_of_class")
    held = sa.select(seats.c.held).where(seats.c.class_id == T.class_id).scalar_subquery()
    return sa.func.coalesce(held, 0)
