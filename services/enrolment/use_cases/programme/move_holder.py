"""Note that the holder of a card lives in another regency."""

from __future__ import annotations

from dataclasses import dataclass, field

import sqlalchemy as sa

from chassis.identity import Principal
from chassis.journal import Entry
from services.enrolment.domain.entry_kinds import EntryKind
from services.enrolment.domain.programme.card import Card
from services.enrolment.domain.programme.domicile import move
from services.enrolment.domain.programme.pause import clocks_stopped_at
from services.enrolment.domain.reach import reach_to_act
from services.enrolment.storage.stores import Stores
from services.enrolment.use_cases.shared.find_card import card_within_reach
from vocabulary.refusals.cards import CardNotFound


@dataclass(frozen=True, slots=True)
class MoveHolder:
    """An officer of the region that a holder leaves, or an operator, notes where they live now, and on what proof."""

    card_number: str = field(repr=False)
    regency: str
    reason: str
    caller: Principal
    request_id: str


def move_holder(connection: sa.Connection, command: MoveHolder, *, stores: Stores) -> Card:
    """Note where the holder lives now and return the card as it is then.

    Raises `CardNotFound` for a card that is absent or out of the caller's reach, and what `domicile.move` raises.
    """
    reach = reach_to_act(command.caller)
    card_ref = card_within_reach(connection, command.card_number, reach=reach, stores=stores)
    before = stores.cards.lock(connection, [card_ref])[card_ref]
    if not reach.has_card(region=before.region):  # somebody else noted it, while this waited
        raise CardNotFound
    now = stores.database.now(connection)
    pauses = stores.pauses.in_force(connection)
    paused_at = clocks_stopped_at(pauses, regency=command.regency)
    after = move(before, to=command.regency, paused_at=paused_at, now=now)
    stores.cards.save_domicile(connection, after)
    stores.due_times.follow_clocks(connection, [after])
    entry = Entry(
        kind=EntryKind.HOLDER_MOVED,
        actor=command.caller.subject,
        role=command.caller.role,
        request_id=command.request_id,
        rule_version=stores.rules.at(connection, now).version,
        subjects={"card_ref": card_ref, "region": after.region},
        body={"from": before.region, "to": after.region, "reason": command.reason},
    )
    stores.journal.append(connection, [entry], now=now)
    return after
