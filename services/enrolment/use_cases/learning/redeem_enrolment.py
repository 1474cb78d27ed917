"""Begin a training: the code that the holder was given is shown at the provider."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from chassis.identity import Principal
from services.enrolment.domain.entry_kinds import EntryKind
from services.enrolment.domain.learning.redemption import redeem, refuse_called_off
from services.enrolment.domain.seats.enrolment import Enrolment
from services.enrolment.storage.stores import Stores
from services.enrolment.use_cases.shared.enrolment_entries import enrolment_entry
from services.enrolment.use_cases.shared.held_enrolment import held_enrolment
from services.enrolment.use_cases.shared.recorded import Recorded


@dataclass(frozen=True, slots=True)
class RedeemEnrolment:
    """Somebody shows a redeem code."""

    enrolment_id: str
    code: str
    caller: Principal
    request_id: str


def redeem_enrolment(
    connection: sa.Connection,
    command: RedeemEnrolment,
    *,
    stores: Stores,
    code_key: bytes,
) -> Recorded[Enrolment]:
    """Redeem an enrolment of the caller's own.

    Raises `NotFound`, `RedeemCodeWrong`, `StateConflict`.
    """
    enrolment, card = held_enrolment(
        connection, command.enrolment_id, caller=command.caller, stores=stores
    )
    training_class = stores.classes.read(connection, enrolment.class_id)
    if training_class is not None:
        refuse_called_off(training_class)
    redeemed = redeem(enrolment, code=command.code, key=code_key)
    stores.enrolments.save_state(connection, redeemed)
    now = stores.database.now(connection)
    entry = enrolment_entry(
        EntryKind.ENROLMENT_REDEEMED,
        redeemed,
        card,
        caller=command.caller,
        request_id=command.request_id,
        rule_version=stores.rules.at(connection, now).version,
        said={},
    )
    position = stores.journal.append(connection, [entry], now=now)
    return Recorded(redeemed, position)
