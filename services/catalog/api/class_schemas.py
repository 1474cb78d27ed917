"""What the calls about classes take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from chassis.composed_fields import Member, Several
from chassis.fields import InstantField, Parsed, Reference, Strict, Whole, says
from services.catalog.api.course_schemas import ClassFilterQuery
from services.catalog.api.fields import (
    Decision,
    PartOf,
    link,
    prose,
    regency,
    region,
    word,
)
from services.catalog.domain.class_plans import MOST_SEATS, MOST_TRAINERS
from services.catalog.domain.classes import ClassStatus
from services.catalog.domain.courses import Mode
from services.catalog.domain.meetings import FINAL_TEST, MOST_MEETINGS, Meeting
from vocabulary import forms
from vocabulary.regions import PROVINCES, REGENCIES
from vocabulary.zones import zone


class MeetingBody(Strict):
    """One sitting. Without a `sequence` it gets its place in the list."""

    sequence = Whole(least=1, most=FINAL_TEST, load_default=None)
    starts_at = InstantField(required=True)
    ends_at = InstantField(required=True)


class ChangeableBody(Strict):
    """What can be said of a class at first and changed later."""

    price = Whole()
    seats = Whole(least=1, most=MOST_SEATS, required=True)
    trainers = Whole(least=1, most=MOST_TRAINERS, load_default=1)
    link = link(allow_none=True)
    venue = prose(most=300, allow_none=True)
    registration_opens = InstantField(required=True)
    registration_closes = InstantField(required=True)
    meetings = Several(Member(MeetingBody), least=1, most=MOST_MEETINGS + 1, required=True)


class ClassBody(ChangeableBody):
    """A class as its provider plans it."""

    mode = word(Mode)
    zone = Parsed(zone, form=forms.ZONE, required=True)
    regency = regency(allow_none=True)
    regions = Several(
        region(), most=len(PROVINCES) + len(REGENCIES), distinct=True, load_default=()
    )


class ClassChanges(PartOf, ChangeableBody):
    """Any of what can be changed."""


class Cancellation(Decision):
    """Why a class is cancelled."""


class ClassesQuery(ClassFilterQuery):
    """Filters of the list of classes."""

    course = Reference(load_default=None, metadata=says("The id of a course: only its classes."))
    provider = Reference(
        load_default=None, metadata=says("The id of a provider: only its classes.")
    )
    mode = word(Mode, load_default=None, metadata=says("Only classes that are held so."))
    status = word(
        ClassStatus,
        load_default=ClassStatus.PUBLISHED,
        metadata=says(
            "`published`: takes enrolments in its window; `closed`: runs on for who is in it; `cancelled`: called off."
        ),
    )
    open_at = InstantField(
        load_default=None,
        metadata=says(
            "Only classes whose registration is open at this instant (from `registration_opens` on, before"
            " `registration_closes`) and whose provider is not suspended."
        ),
    )


def plan_of(body: Mapping[str, Any]) -> dict[str, Any]:
    """Turn the members of a body into those of `ClassPlan`."""
    values = dict(body)
    if "mode" in values:
        values["mode"] = Mode(values["mode"])
    if "regions" in values:
        values["regions"] = tuple(found.code for found in values["regions"])
    if "meetings" in values:
        values["meetings"] = _meetings(values["meetings"])
    return values


def _meetings(bodies: Sequence[Mapping[str, Any]]) -> tuple[Meeting, ...]:
    return tuple(
        Meeting(body["sequence"] or place, body["starts_at"], body["ends_at"])
        for place, body in enumerate(bodies, start=1)
    )
