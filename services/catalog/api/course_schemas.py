"""What the calls about courses take."""

from __future__ import annotations

import re
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
    says,
)
from services.catalog.api.fields import (
    Decision,
    PartOf,
    prose,
    region,
    word,
)
from services.catalog.domain.courses import LEAST_HOURS, MOST_HOURS, CourseStatus, Mode, Track, Unit
from services.catalog.queries.class_filter import ClassFilter
from services.catalog.search.offers import Wanted
from services.catalog.search.wanted import SearchWanted, Sort


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
    hours = Whole(least=LEAST_HOURS, most=MOST_HOURS, required=True)
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
    """Filters by place, time and seats; of courses, those with one class that passes them all and can be joined."""

    region = region(
        load_default=None,
        metadata=says(
            "A province or regency: classes at a venue there, and online ones that take its people."
        ),
    )
    starts_after = InstantField(
        load_default=None,
        metadata=says("Classes whose first meeting starts at this instant or later."),
    )
    starts_before = InstantField(
        load_default=None, metadata=says("Classes whose first meeting starts before this instant.")
    )
    has_seats = QueryFlag(
        load_default=None,
        metadata=says("true: classes with a seat left; false: those without; left out: both."),
    )

    @ma.validates_schema
    def refuse_an_empty_span(self, data: Mapping[str, Any], **_: Any) -> None:
        """Refuse a time that ends before it begins: no class could ever be in it."""
        refuse_empty_span(data, "starts_after", "starts_before")


class CoursesQuery(ClassFilterQuery):
    """What is looked for among published courses; with `mine` or another `status`, filters of a list to work with."""

    q = Text(
        most=200,
        load_default=None,
        metadata=says(
            "Words to look for, or their first three letters and more (of the words that begin so, the twelve in most"
            " courses); with `mine` or `status` a part of the title."
        ),
    )
    sort = word(
        Sort,
        load_default=None,
        metadata=says(
            "`relevance`: the best match first, the order where there is `q`; `newest`: the latest first, the order"
            " where there is none; `title` from A, `price` from the lowest, `starts` from the earliest start. There is"
            " no other direction. The latest first they can be walked through to the last; in every other order the"
            " first 10,000 can."
        ),
    )
    track = word(Track, load_default=None, metadata=says("Only courses of this track."))
    mode = word(Mode, load_default=None, metadata=says("Only courses that are held so."))
    provider = Reference(
        load_default=None, metadata=says("The id of a provider: only its courses.")
    )
    max_price = QueryWhole(
        load_default=None, metadata=says("Rupiah: only courses that cost at most this.")
    )
    mine = QueryFlag(
        load_default=False,
        metadata=says("Only from providers. true: their own courses, in any state."),
    )
    status = word(
        CourseStatus,
        load_default=None,
        metadata=says(
            "Courses that stand so, as far as the caller may see them; left out: published ones."
        ),
    )

    def is_key(self, text: str) -> bool:
        """Tell whether a text is the id of a course, or a number of digits that the search gives."""
        return super().is_key(text) or re.fullmatch(r"[0-9]{1,19}", text) is not None

    @ma.validates_schema
    def refuse_an_order_that_is_none(self, data: Mapping[str, Any], **_: Any) -> None:
        """Refuse relevance to nothing, and an order of lists that have one of their own."""
        if is_work_list(data):
            if data["sort"] is not None:
                raise ma.ValidationError(
                    "With mine or status the order is that of ids. Remove it.", "sort"
                )
        elif data["sort"] == Sort.RELEVANCE and data["q"] is None:
            raise ma.ValidationError("Send q, or another order.", "sort")


def is_work_list(query: Mapping[str, Any]) -> bool:
    """Tell whether a list is one to work with, of courses in any state, and no search."""
    return bool(query["mine"] or query["status"] not in (None, CourseStatus.PUBLISHED))


def search_wanted_of(query: Mapping[str, Any]) -> tuple[SearchWanted, Sort]:
    """Take what is looked for, and the order, out of a query: by relevance where there are words, else the newest."""
    wanted = SearchWanted(
        text=query["q"],
        track=query["track"],
        mode=query["mode"],
        provider_id=query["provider"],
        max_price=query["max_price"],
        offers=Wanted(
            region=query["region"],
            after=query["starts_after"],
            before=query["starts_before"],
            has_seats=query["has_seats"],
        ),
    )
    usual = Sort.NEWEST if query["q"] is None else Sort.RELEVANCE
    return wanted, Sort(query["sort"] or usual)


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
