"""What the calls about courses take."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import marshmallow as ma

from chassis.composed_fields import Member, Several
from chassis.fields import (
    Flag,
    InstantField,
    OneOf,
    PageQuery,
    QueryFlag,
    QueryWhole,
    Reference,
    Strict,
    Text,
    Whole,
    refuse_empty_span,
)
from services.catalog.api.fields import (
    Decision,
    PartOf,
    prose,
    region,
    word,
)
from services.catalog.domain.courses import CourseStatus, Mode, Track, Unit
from services.catalog.queries.class_filter import ClassFilter


class UnitBody(Strict):
    """A unit of the curriculum."""

    code = Text(most=100, load_default=None, allow_none=True)
    title = prose(most=300, required=True)


class CourseBody(Strict):
    """A course as its provider describes it."""

    title = prose(most=200, required=True)
    summary = prose(most=4_000, lines=True, required=True)
    outcomes = Several(prose(most=300), most=30, load_default=())
    track = word(Track, required=True)
    mode = word(Mode, required=True)
    competency_codes = Several(Text(most=100), most=100, distinct=True, load_default=())
    hours = Whole(required=True)
    price = Whole(required=True)
    sample_price = Flag(load_default=False)
    language = ma.fields.String(
        load_default="id",
        validate=ma.validate.Regexp(
            r"\A[a-z]{2,3}\Z", error="Send a language code of two or three letters, such as id."
        ),
    )
    prerequisites = Several(prose(most=300), most=30, load_default=())
    category = prose(most=100, load_default=None, allow_none=True)
    units = Several(Member(UnitBody), most=200, load_default=())


class CourseChanges(PartOf, CourseBody):
    """Any of a course's fields."""


class CourseDecision(Decision):
    """The operator's decision on a course."""

    decision = OneOf(
        (CourseStatus.PUBLISHED, CourseStatus.RETURNED, CourseStatus.ARCHIVED), required=True
    )


class ClassFilterQuery(PageQuery):
    """Filters by place, time and seats."""

    region = region(load_default=None)
    starts_after = InstantField(load_default=None)
    starts_before = InstantField(load_default=None)
    has_seats = QueryFlag(load_default=None)

    @ma.validates_schema
    def refuse_an_empty_span(self, data: Mapping[str, Any], **_: Any) -> None:
        """Refuse a time that ends before it begins: no class could ever be in it."""
        refuse_empty_span(data, "starts_after", "starts_before")


class CoursesQuery(ClassFilterQuery):
    """Filters of the list of courses."""

    q = Text(most=200, load_default=None)
    track = word(Track, load_default=None)
    mode = word(Mode, load_default=None)
    provider = Reference(load_default=None)
    max_price = QueryWhole(load_default=None)
    mine = QueryFlag(load_default=False)
    status = word(CourseStatus, load_default=None)


_CONVERT: Mapping[str, Callable[[Any], Any]] = {
    "track": Track,
    "mode": Mode,
    "units": lambda units: tuple(Unit(unit["code"], unit["title"]) for unit in units),
}


def details_of(body: Mapping[str, Any]) -> dict[str, Any]:
    """Turn the members of a body into those of `CourseDetails`."""
    return {
        name: _CONVERT[name](value) if name in _CONVERT else value for name, value in body.items()
    }


def class_filter_of(query: Mapping[str, Any]) -> ClassFilter:
    """Take the filters by place, time and seats out of a query."""
    return ClassFilter(
        region=query["region"],
        starts_after=query["starts_after"],
        starts_before=query["starts_before"],
        has_seats=query["has_seats"],
    )
