"""Begin a training: the code that the holder was given is shown at the provider."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import sqlalchemy as sa

from chassis.identity import Principal
from chassis.journal import Entry
from services.enrolment.domain.entry_kinds import EntryKind
from services.enrolment.domain.learning.redemption import redeem, refuse_called_off
from services.enrolment.domain.seats.enrolment import Enrolment
from services.enrolment.storage.stores import Stores
from services.enrolment.use_cases.shared.own_enrolment import own_enrolment
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
    redeem_key: bytes,
) -> Recorded[Enrolment]:
    """Redeem an enrolment of the caller's own.

    Raises `NotFound`, `RedeemCodeWrong`, `StateConflict`.
    """
    find = partial(
        own_enrolment, connection, command.enrolment_id, caller=command.caller, stores=stores
    )
    card_ref = find().card_ref
    card = stores.cards.lock(connection, [card_ref])[card_ref]
    enrolment = find()  # as it stands now that its card is locked
    training_class = stores.classes.read(connection, enrolment.class_id)
    if training_class is not None:
        refuse_called_off(training_class)
    redeemed = redeem(enrolment, code=command.code, key=redeem_key)
    stores.enrolments.save_state(connection, redeemed)
    now = stores.database.now(connection)
    entry = Entry(
        kind=EntryKind.ENROLMENT_REDEEMED,
        actor=command.caller.subject,
        role=command.caller.role,
        request_id=command.request_id,
        rule_version=stores.rules.at(connection, now).version,
        subjects={
            "class_id": redeemed.class_id,
            "provider_id": redeemed.provider_id,
            "card_ref": redeemed.card_ref,
            "region": card.region,
        },
        body={"enrolment_id": redeemed.enrolment_id},
    )
    position = stores.journal.append(connection, [entry], now=now)
    return Recorded(redeemed, position)
