"""Settle the incentives of a locked card once something they follow from has changed: rows, money and entries alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

import sqlalchemy as sa

from chassis.identifiers import new_id
from chassis.identity import Principal
from chassis.journal import Entry
from services.enrolment.domain.entry_kinds import EntryKind
from services.enrolment.domain.money.incentive import Earnings, Incentive, Settlement, settle
from services.enrolment.domain.money.movement import Cause
from services.enrolment.domain.programme.card import Card, CardState
from services.enrolment.storage.stores import Stores
from services.enrolment.use_cases.shared.enrolment_entries import enrolment_entry

Done = TypeVar("Done")


@dataclass(frozen=True, slots=True)
class Settled(Generic[Done]):
    """What was done, and what it changed about the card's incentives."""

    done: Done
    settlement: Settlement


def settle_incentives(
    connection: sa.Connection,
    card: Card,
    *,
    because: Cause = Cause.VOIDING,
    caller: Principal,
    request_id: str,
    now: datetime,
    stores: Stores,
) -> tuple[Settlement, list[Entry]]:
    """Save what becomes due or is withdrawn now, and return it with the entries that tell of it.

    `card` is as it was saved; the entries are to be appended after the one about what was done.
    """
    earnings = _earnings(connection, card, now, stores)
    standing = stores.incentives.standing(connection, card.card_ref)
    settlement = settle(earnings, standing, because=because, now=now, new_id=new_id)
    stores.movements.add(connection, settlement.movements, now=now)
    stores.incentives.save(connection, settlement)
    named = [each.enrolment_id for each in (*settlement.withdrawn, *settlement.due)]
    enrolments = stores.enrolments.find_all(connection, named) if named else {}
    entries = [
        enrolment_entry(
            EntryKind.INCENTIVE_DUE if each.stands else EntryKind.INCENTIVE_WITHDRAWN,
            enrolments[each.enrolment_id],
            card,
            caller=caller,
            request_id=request_id,
            rule_version=each.rule_version,
            said=_said(each, card),
        )
        for each in (*settlement.withdrawn, *settlement.due)
    ]
    return settlement, entries


def _earnings(connection: sa.Connection, card: Card, now: datetime, stores: Stores) -> Earnings:
    revoked = card.state is CardState.REVOKED
    award = stores.cards.award(connection, card.card_ref)
    return Earnings(
        card_ref=card.card_ref,
        trainings=[] if revoked else [*stores.incentives.earning(connection, card.card_ref)],
        surveys=stores.incentives.surveys(connection, card.card_ref),
        promised=stores.rules.promised(connection, award.rule_version, now=now),
    )


def _said(incentive: Incentive, card: Card) -> Mapping[str, Any]:
    return {
        "incentive_id": incentive.incentive_id,
        "incentive": incentive.kind.value,
        "number": incentive.number,
        "amount": incentive.amount,
        "balance": card.balance,
        "card_state": card.state.value,
        "movement_id": incentive.withdrawal_id or incentive.incentive_id,
    }
