"""What is looked for, in which order, and which part of what is found."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from services.catalog.search.offers import Wanted


class Sort(StrEnum):
    """The order of what is found."""

    RELEVANCE = "relevance"
    NEWEST = "newest"
    TITLE = "title"
    PRICE = "price"
    STARTS = "starts"


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
