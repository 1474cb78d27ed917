"""Read who is enrolled in a class, and record that it was read: names are personal data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

from chassis.identity import Principal
from chassis.journal import Entry
from chassis.problems import NotFound
from services.enrolment.domain.entry_kinds import EntryKind
from services.enrolment.domain.reach import reach_to_read
from services.enrolment.domain.seats.training_class import TrainingClass
from services.enrolment.queries.roster import roster_rows
from services.enrolment.storage.persons import SealedPerson
from services.enrolment.storage.stores import Stores


@dataclass(frozen=True, slots=True)
class ReadRoster:
    """Somebody asks for a class's roster, for a reason."""

    class_id: str
    reason: str
    caller: Principal
    request_id: str


@dataclass(frozen=True, slots=True)
class RosterLine:
    """One enrolled person."""

    enrolment_id: str
    name: str = field(repr=False)
    status: str
    enrolled_at: datetime
    attended: int


@dataclass(frozen=True, slots=True)
class SealedLine:
    """One enrolled person, whose name is not readable yet."""

    enrolment_id: str
    person: SealedPerson | None
    status: str
    enrolled_at: datetime
    attended: int


def record_reading(
    connection: sa.Connection, command: ReadRoster, *, stores: Stores
) -> list[SealedLine]:
    """Record that a roster is read; return one line for each enrolled person, in the order of enrolling.

    Names stay sealed until this is committed: nobody sees a name whose reading is not recorded, and opening many keeps
    no other write waiting. Raises `NotFound` for what is absent or another's.
    """
    training_class = stores.classes.read(connection, command.class_id)
    reach = reach_to_read(command.caller)
    if training_class is None or not reach.has_class(provider_id=training_class.provider_id):
        raise NotFound
    rows = roster_rows(connection, command.class_id)
    names = [row.enrolment_id for row in rows]
    attended = {
        **stores.evidence.attended(connection, names),
        **stores.results.attended(connection, names),
    }
    people = stores.persons.sealed(connection, [row.card_ref for row in rows])
    entry = _entry(command, training_class, people=len(rows))
    stores.journal.append(connection, [entry], now=stores.database.now(connection))
    return [
        SealedLine(
            enrolment_id=row.enrolment_id,
            person=people.get(row.card_ref),
            status=row.state,
            enrolled_at=row.enrolled_at,
            attended=attended.get(row.enrolment_id, 0),
        )
        for row in rows
    ]


def open_names(lines: Sequence[SealedLine], *, stores: Stores) -> list[RosterLine]:
    """Make the names of a roster readable, after its reading was committed; a person who is gone has none."""
    return [
        RosterLine(
            enrolment_id=line.enrolment_id,
            name=stores.persons.opened(line.person).name if line.person else "",
            status=line.status,
            enrolled_at=line.enrolled_at,
            attended=line.attended,
        )
        for line in lines
    ]


def _entry(command: ReadRoster, training_class: TrainingClass, *, people: int) -> Entry:
    return Entry(
        kind=EntryKind.ROSTER_READ,
        actor=command.caller.subject,
        role=command.caller.role,
        request_id=command.request_id,
        subjects={
            "class_id": training_class.class_id,
            "provider_id": training_class.provider_id,
        },
        body={"people": people, "reason": command.reason},
    )
