"""Make an application of a person for a card, with the person's consent."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from chassis.identity import Principal
from chassis.problems import Forbidden
from services.enrolment.domain.assistance import told_of_assistance
from services.enrolment.domain.draw.application import Application, ApplicationState
from services.enrolment.domain.entry_kinds import EntryKind
from services.enrolment.domain.programme.award import Candidate
from services.enrolment.domain.reach import reach_to_act
from services.enrolment.storage.stores import Stores
from services.enrolment.use_cases.shared.application_entries import application_entry
from services.enrolment.use_cases.shared.held_draw import hold_open_draw
from services.enrolment.use_cases.shared.recorded import Recorded
from vocabulary.refusals.admission import NikAlreadyHeld
from vocabulary.refusals.draw import AlreadyApplied


@dataclass(frozen=True, slots=True)
class MakeApplication:
    """Somebody who assists applies for a person, who consented to that. `application_id` tells nothing of whom."""

    application_id: str
    wave_id: str
    candidate: Candidate
    caller: Principal
    request_id: str


def make_application(
    connection: sa.Connection, command: MakeApplication, *, stores: Stores
) -> Recorded[Application]:
    """Keep an application, sealed. Whether the person may hold a card is judged when its turn comes.

    But whoever holds or held a card never gets another, and nothing more is kept of those who were erased. Both are
    refused alike, before it is asked whether the person has applied: an application of who was erased is not known.

    Raises `NotFound`, `WaveFirstCome`, `WaveClosed`, `NikAlreadyHeld`, `AlreadyApplied`, and `Forbidden` for a person
    of another region.
    """
    candidate = command.candidate
    if not reach_to_act(command.caller).has_card(region=candidate.region):
        raise Forbidden(
            "You apply for people of your own region; send the regency where the person lives."
        )
    now = hold_open_draw(connection, command.wave_id, stores=stores)
    digest = stores.persons.fingerprints.nik(candidate.nik)
    if stores.persons.held_niks(connection, [digest]):
        raise NikAlreadyHeld
    application = Application(
        application_id=command.application_id,
        wave_id=command.wave_id,
        region=candidate.region,
        state=ApplicationState.APPLIED,
        applied_at=now,
    )
    sealed = stores.applications.add(connection, application, candidate, nik_digest=digest)
    if sealed is None:
        raise AlreadyApplied
    entry = application_entry(
        EntryKind.APPLICATION_MADE,
        application,
        caller=command.caller,
        request_id=command.request_id,
        # It binds the id to the person: what is sealed holds chance, so its digest tells nothing.
        said={**told_of_assistance(command.caller.role), "sealed_sha256": sealed},
    )
    position = stores.journal.append(connection, [entry], now=now)
    stores.applications.save_made(connection, application.application_id, position=position)
    return Recorded(application, position)
