"""Read who is enrolled in a class, and record that it was read: names are personal data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from chassis.clock import write_instant
from chassis.identity import Principal
from chassis.journal import Entry
from chassis.problems import NotFound
from services.enrolment.queries.seats import roster_rows
from services.enrolment.storage.stores import Stores


@dataclass(frozen=True, slots=True)
class ReadRoster:
    """Somebody asks for a class's roster."""

    class_id: str
    caller: Principal
    request_id: str


def read_roster(
    connection: sa.Connection, command: ReadRoster, *, stores: Stores
) -> list[dict[str, Any]]:
    """Return one row for each enrolled person. Raises `NotFound` for what is absent or another's."""
    rows = roster_rows(
        connection,
        command.class_id,
        role=command.caller.role,
        provider=command.caller.provider,
    )
    if rows is None:
        raise NotFound
    names = stores.persons.names(connection, [row.card_ref for row in rows])
    training_class = stores.classes.read(connection, command.class_id)
    entry = Entry(
        kind="roster-read",
        actor=command.caller.subject,
        role=command.caller.role,
        request_id=command.request_id,
        subjects={
            "class_id": command.class_id,
            "provider_id": training_class.provider_id if training_class else None,
        },
        body={"people": len(rows)},
    )
    stores.journal.append(connection, [entry], now=stores.database.now(connection))
    return [
        {
            "enrolment_id": row.enrolment_id,
            "name": names.get(row.card_ref, ""),
            "status": row.state,
            "enrolled_at": write_instant(row.enrolled_at),
        }
        for row in rows
    ]
