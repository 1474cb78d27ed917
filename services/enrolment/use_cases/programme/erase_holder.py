"""Erase a person: destroy what leads from cards to the person, and all that is sealed of what the person said.

What stays is a digest of the NIK and of the family card in a list without reference, by which the person counts as one
who held a card.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

from chassis.identity import Principal
from chassis.journal import Entry
from chassis.problems import StateConflict
from services.enrolment.domain.entry_kinds import EntryKind
from services.enrolment.domain.programme.card import Card
from services.enrolment.domain.programme.erasure import check_erasure
from services.enrolment.storage.stores import Stores
from services.enrolment.use_cases.programme.find_traces import Traces, told_between
from services.enrolment.use_cases.shared.application_entries import application_entry
from services.enrolment.use_cases.shared.find_card import named_card


@dataclass(frozen=True, slots=True)
class EraseHolder:
    """An operator erases the holder of a card, named by its number or else by its reference, who asked for it."""

    card_number: str | None = field(repr=False)
    card_ref: str | None
    reason: str
    case_number: str
    caller: Principal
    request_id: str


@dataclass(frozen=True, slots=True)
class Erased:
    """The cards that lead to nobody any more, and when that was done."""

    card_refs: tuple[str, ...]
    at: datetime


def erase_holder(
    connection: sa.Connection, command: EraseHolder, traces: Traces | None, *, stores: Stores
) -> Erased:
    """Destroy everything that was found of a person, with an entry for each card.

    Raises `CardNotFound`, `StateConflict` where a card has not ended, an exclusion case goes on, the person was awarded
    another card since the traces were found, or was erased already.
    """
    card = named_card(
        connection, card_number=command.card_number, card_ref=command.card_ref, stores=stores
    )
    if traces is None:
        raise StateConflict(_ERASED_ALREADY, facts={"state": card.state.value})
    digest = stores.persons.fingerprints.nik(traces.nik)
    applications = stores.applications.of_person(connection, digest)
    for file_id in traces.file_ids:
        stores.admission_files.lock(connection, file_id)
    refs = traces.card_refs
    cards = stores.cards.lock(connection, refs)
    now = stores.database.now(connection)
    going_on = stores.exclusion_cases.going_on(connection, refs)
    check_erasure(cards.values(), going_on=going_on, now=now)
    if stores.persons.card_ref_by_nik(connection, traces.nik) not in (None, *refs):
        raise StateConflict(_ANOTHER_CARD, facts={"state": card.state.value})
    if not stores.persons.sealed(connection, refs):
        raise StateConflict(_ERASED_ALREADY, facts={"state": card.state.value})
    suppressed = _erase(connection, traces, stores)
    entries = [_entry(command, cards[ref], suppressed=ref in suppressed) for ref in refs]
    told = [
        application_entry(
            EntryKind.APPLICATION_ERASED,
            one,
            caller=command.caller,
            request_id=command.request_id,
            said={"case_number": command.case_number},
        )
        for one in applications
    ]
    first = stores.journal.append(connection, [*told, *entries], now=now)
    for position, one in enumerate(applications, start=first):
        stores.applications.erase(connection, one.application_id, position=position)
    return Erased(refs, now)


def _erase(connection: sa.Connection, traces: Traces, stores: Stores) -> set[str]:
    """Destroy what is kept; return the cards whose holder rightly held them."""
    refs = traces.card_refs
    for place in traces.waiting:
        stores.file_traces.erase_candidate(connection, place, traces.nik)
    for place in traces.results:
        stores.file_traces.erase_cards(connection, place, traces.card_numbers)
    stores.reviews.erase_texts(connection, refs)
    stores.exclusion_cases.erase_appeals(connection, refs)
    _forget_answers(connection, traces, stores)
    erased = stores.persons.erase(connection, refs)
    suppressed = list(erased.values())
    stores.suppressions.add(connection, suppressed)
    stores.listed_persons.forget(connection, suppressed)
    return set(erased)


def _forget_answers(connection: sa.Connection, traces: Traces, stores: Stores) -> None:
    """Forget the answers that told the cards' numbers to whoever admitted; most were forgotten after two days."""
    told = sorted(traces.card_numbers)
    for award, found in traces.answers:
        since, until = told_between(award)
        stores.answers.forget_telling(connection, told, since=since, until=until, found=found)


def _entry(command: EraseHolder, card: Card, *, suppressed: bool) -> Entry:
    return Entry(
        kind=EntryKind.ERASED,
        actor=command.caller.subject,
        role=command.caller.role,
        request_id=command.request_id,
        subjects={"card_ref": card.card_ref, "region": card.region},
        body={
            "case_number": command.case_number,
            "reason": command.reason,
            "suppressed": int(suppressed),
        },
    )


_ANOTHER_CARD = (
    "This person was awarded another card just now. Send this again, to see how that one stands."
)
_ERASED_ALREADY = "The holder of this card was erased already. Nothing is left to erase."
