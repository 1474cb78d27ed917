"""Withdraw an application while its wave's window is open, and destroy what tells who made it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import sqlalchemy as sa

from chassis.identity import Principal
from chassis.problems import NotFound
from services.enrolment.domain.assistance import told_of_assistance
from services.enrolment.domain.draw.application import Application, ApplicationState
from services.enrolment.domain.entry_kinds import EntryKind
from services.enrolment.domain.reach import reach_to_act
from services.enrolment.storage.stores import Stores
from services.enrolment.use_cases.shared.application_entries import application_entry
from services.enrolment.use_cases.shared.held_draw import hold_open_draw
from services.enrolment.use_cases.shared.recorded import Recorded


@dataclass(frozen=True, slots=True)
class WithdrawApplication:
    """Somebody who assists withdraws an application for a person, who consented to that."""

    application_id: str
    reason: str
    caller: Principal
    request_id: str


def withdraw_application(
    connection: sa.Connection, command: WithdrawApplication, *, stores: Stores
) -> Recorded[Application]:
    """Withdraw an application, which then takes no part; the person may apply anew.

    Raises `NotFound` alike for what is absent or of another region, `WaveClosed`, `ApplicationEnded`.
    """
    found = stores.applications.find(connection, command.application_id)
    if found is None or not reach_to_act(command.caller).has_card(region=found.region):
        raise NotFound
    now = hold_open_draw(connection, found.wave_id, stores=stores)
    application = stores.applications.find(connection, command.application_id, lock=True) or found
    application.check_withdrawal()
    entry = application_entry(
        EntryKind.APPLICATION_WITHDRAWN,
        application,
        caller=command.caller,
        request_id=command.request_id,
        said={"reason": command.reason, **told_of_assistance(command.caller.role)},
    )
    position = stores.journal.append(connection, [entry], now=now)
    stores.applications.save_withdrawn(connection, command.application_id, position=position)
    return Recorded(replace(application, state=ApplicationState.WITHDRAWN), position)
