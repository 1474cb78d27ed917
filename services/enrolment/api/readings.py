"""Who read personal data: for auditors, and for holders, who may know who read theirs."""

from __future__ import annotations

from typing import Any

import marshmallow as ma

from chassis.calls import Call
from chassis.contract import Shown, page_of
from chassis.endpoints import Endpoints
from chassis.fields import (
    Flag,
    InstantField,
    OneOf,
    PageQuery,
    Reference,
    Text,
    refuse_empty_span,
    says,
)
from chassis.idempotency import Answer, json_answer
from services.enrolment.api.cards import own_card
from services.enrolment.api.fields import position
from services.enrolment.domain.entry_kinds import READINGS, EntryKind
from services.enrolment.queries.readings import Sought, list_readings
from services.enrolment.service import EnrolmentService
from vocabulary.roles import AUDITOR, HOLDER

endpoints: Endpoints[EnrolmentService] = Endpoints("/api/v1")


class OwnReadingsQuery(PageQuery):
    """Which readings: all in which the own card stood."""

    def is_key(self, text: str) -> bool:
        """Tell whether a text is a position."""
        return text.isascii() and text.isdigit() and len(text) < 16


class ReadingsQuery(OwnReadingsQuery):
    """Which readings."""

    card_ref = Reference(
        load_default=None,
        metadata=says("Those in which this card stood, also as one of many."),
    )
    actor = Text(most=128, load_default=None, metadata=says("The subject of a credential."))
    kind = OneOf(tuple(READINGS), load_default=None, metadata=says("Only readings of this kind."))
    from_ = InstantField(
        data_key="from", load_default=None, metadata=says("Read at this instant or later.")
    )
    to = InstantField(load_default=None, metadata=says("Read before this instant."))

    @ma.validates_schema
    def check_span(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse a time that ends before it begins."""
        refuse_empty_span({"from": data["from_"], "to": data["to"]}, "from", "to")


class Reading(Shown):
    """Somebody read personal data, or asked for it."""

    position = position()
    read_at = InstantField()
    kind = OneOf(
        tuple(READINGS),
        metadata=says(
            "A card and its holder; the names in a class; the card numbers that a file earned; whom a list hit, by"
            " reference; what a holder said against an exclusion."
        ),
    )
    actor = Text(most=128, metadata=says("Who, as the credential says."))
    role = Text(most=32)
    reason = Text(most=500, lines=True, allow_none=True, metadata=says("Why, where one is asked."))
    by = OneOf(
        ("card_number", "nik", "card_number_and_nik"),
        allow_none=True,
        metadata=says("By which number a card was looked for."),
    )
    shown = Flag(
        metadata=says("False of a look-up that showed nothing: no such card, or another region's.")
    )
    card_ref = Reference(allow_none=True, metadata=says("Null where it was of many, or of none."))
    class_id = Reference(allow_none=True)
    provider_id = Reference(allow_none=True)
    file_id = Reference(allow_none=True)
    list_id = Reference(allow_none=True)
    case_id = Reference(allow_none=True)
    application_id = Reference(allow_none=True)


Readings = page_of(Reading, name="Readings")


@endpoints.get("/readings", allow=(AUDITOR,), query=ReadingsQuery, shows=Readings)
def get_readings(call: Call, service: EnrolmentService) -> Answer:
    """List who read personal data: whom, why and when, the newest first.

    Each is recorded before anything is shown. Addresses of staff are read in accounts, whose log tells of it.
    """
    query = call.query
    kind = query["kind"]
    sought = Sought(
        card_ref=query["card_ref"],
        actor=query["actor"],
        kind=None if kind is None else EntryKind(kind),
        since=query["from_"],
        until=query["to"],
    )
    return _answer(call, service, sought)


@endpoints.get("/cards/me/readings", allow=(HOLDER,), query=OwnReadingsQuery, shows=Readings)
def get_my_readings(call: Call, service: EnrolmentService) -> Answer:
    """List who read the holder's personal data: why and when, the newest first."""
    return _answer(call, service, Sought(card_ref=own_card(call.caller)))


def _answer(call: Call, service: EnrolmentService, sought: Sought) -> Answer:
    with service.database.reading() as connection:
        document = list_readings(connection, call.query["page"], sought, journal=service.journal)
    return json_answer(200, document)
