"""What calls about the seats of a class take and answer."""

from __future__ import annotations

import marshmallow as ma

from chassis.contract import Shown
from chassis.fields import Flag, InstantField, OneOf, Reference, Strict, Text, Whole, says
from services.enrolment.api.fields import why
from services.enrolment.domain.seats.enrolment import EnrolmentState

_CLASS_STATES = ("published", "closed", "cancelled", "unlisted")


class RosterQuery(Strict):
    """Why the names of a class are read."""

    reason = why(
        load_default=None, metadata=says("Needed from operators, who do not teach the class.")
    )


class Availability(Shown):
    """The seats of a class, exactly, at this moment."""

    class_id = Reference()
    status = OneOf(_CLASS_STATES)
    seats = Whole(metadata=says("Effective seats: the larger of declared, and held and offered."))
    declared_seats = Whole(metadata=says("What the provider says."))
    held = Whole()
    offered = Whole(metadata=says("Kept for those of the waiting list to whom they are offered."))
    seats_left = Whole(metadata=says("For whoever comes now: none while somebody waits."))
    provider_suspended = Flag(
        metadata=says("Its provider is suspended: it takes nobody else, and no seat is left.")
    )
    waiting = Whole(metadata=says("How many stand in the waiting list."))


class RosterRow(Shown):
    """Somebody who is enrolled in the class."""

    enrolment_id = Reference()
    name = Text(most=120, allow_none=True, metadata=says("Null of somebody who was erased."))
    status = OneOf(tuple(EnrolmentState))
    enrolled_at = InstantField()
    attended = Whole(metadata=says("To how many meetings there is evidence that the person came."))


class Roster(Shown):
    """Who is enrolled in a class, in the order of enrolling."""

    class_id = Reference()
    items = ma.fields.List(ma.fields.Nested(RosterRow))
    next_cursor = ma.fields.String(allow_none=True, metadata=says("Null: a roster comes whole."))
