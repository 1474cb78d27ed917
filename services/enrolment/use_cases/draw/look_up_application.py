"""Find a person's application in a wave for somebody who assists, and record that: who, whom, why, when."""

from __future__ import annotations

from dataclasses import dataclass, field

import sqlalchemy as sa

from chassis.identity import Principal
from chassis.journal import Entry
from services.enrolment.domain.draw.application import Application
from services.enrolment.domain.entry_kinds import EntryKind
from services.enrolment.domain.reach import reach_to_act
from services.enrolment.storage.stores import Stores
from services.enrolment.use_cases.shared.held_draw import find_draw
from services.enrolment.use_cases.shared.recorded import Recorded


@dataclass(frozen=True, slots=True)
class LookUpApplication:
    """A person has lost the id or the receipt; somebody who assists looks by the person's NIK, for a reason."""

    wave_id: str
    nik: str = field(repr=False)
    reason: str
    caller: Principal
    request_id: str


def look_up_application(
    connection: sa.Connection, command: LookUpApplication, *, stores: Stores
) -> Recorded[Application | None]:
    """Find the application; None where none waits, or it is of another region.

    Every attempt is recorded, also one that finds nothing; the NIK stands nowhere. What was withdrawn or judged is not
    found: nothing is left of the person in it. Raises `NotFound` and `WaveFirstCome`.
    """
    find_draw(connection, command.wave_id, stores=stores)
    digest = stores.persons.fingerprints.nik(command.nik)
    found = stores.applications.find_of_person(connection, command.wave_id, nik_digest=digest)
    shown = found is not None and reach_to_act(command.caller).has_card(region=found.region)
    now = stores.database.now(connection)
    position = stores.journal.append(connection, [_entry(command, found, shown=shown)], now=now)
    return Recorded(found if shown else None, position)


def _entry(command: LookUpApplication, found: Application | None, *, shown: bool) -> Entry:
    return Entry(
        kind=EntryKind.APPLICATION_LOOKED_UP,
        actor=command.caller.subject,
        role=command.caller.role,
        request_id=command.request_id,
        subjects={"region": found.region} if found else {},
        body={
            "wave_id": command.wave_id,
            "application_id": found.application_id if found else None,
            "by": "nik",
            "reason": command.reason,
            "shown": shown,
        },
    )
