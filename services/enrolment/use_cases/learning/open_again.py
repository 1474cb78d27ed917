"""Open the next purchase before the waiting time after a training that was not completed is over."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from chassis.identity import Principal
from services.enrolment.domain.entry_kinds import EntryKind
from services.enrolment.domain.learning.reopening import open_again
from services.enrolment.domain.seats.enrolment import Enrolment
from services.enrolment.storage.stores import Stores
from services.enrolment.use_cases.shared.enrolment_entries import enrolment_entry
from services.enrolment.use_cases.shared.held_enrolment import held_enrolment
from services.enrolment.use_cases.shared.recorded import Recorded


@dataclass(frozen=True, slots=True)
class OpenAgain:
    """An operator opens the next purchase earlier, for a reason."""

    enrolment_id: str
    reason: str
    caller: Principal
    request_id: str


def open_purchase_again(
    connection: sa.Connection, command: OpenAgain, *, stores: Stores
) -> Recorded[Enrolment]:
    """End the waiting time; the clock of the card goes on as it was set. Raises `NotFound`, `StateConflict`."""
    enrolment, card = held_enrolment(
        connection, command.enrolment_id, caller=command.caller, stores=stores
    )
    now = stores.database.now(connection)
    opened = open_again(enrolment, now=now)
    stores.enrolments.save_state(connection, opened)
    entry = enrolment_entry(
        EntryKind.ENROLMENT_OPENED_AGAIN,
        opened,
        card,
        caller=command.caller,
        request_id=command.request_id,
        rule_version=stores.rules.at(connection, now).version,
        said={"reason": command.reason},
    )
    return Recorded(opened, stores.journal.append(connection, [entry], now=now))
