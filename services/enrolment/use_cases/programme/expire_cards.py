"""Note that the time of cards ran out: their balance returns to the State, places that nobody used to the quotas.

An exclusion case that nobody decided lapses with its card. A card that is barred by one does not come here: its clock
stands still.

Nothing has to be remembered between two of these transactions. What is left to do is what the table says: cards that
wait for a class and whose deadline has passed.
"""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from chassis.identifiers import new_id
from chassis.journal import Entry
from services.enrolment.domain.entry_kinds import EntryKind
from services.enrolment.domain.exclusion.case import Decision, ExclusionCase
from services.enrolment.domain.programme.card import Card
from services.enrolment.domain.programme.ending import Ended, expire
from services.enrolment.domain.programme.quota import HOLDS_NO_PLACE, taken_by
from services.enrolment.domain.programme.standstill import told_anew
from services.enrolment.storage.stores import Stores
from services.enrolment.use_cases.exclusion.lapse_cases import (
    lapse_cases,
    lapsed_entry,
    tell_of_lapsed,
)
from services.enrolment.use_cases.shared.actor import done_by_worker
from services.enrolment.use_cases.shared.by_worker import ACTOR
from services.enrolment.use_cases.shared.ended_cards import ended_entry, save_ended
from vocabulary.roles import SYSTEM

EXPIRED_AT_ONCE = 200
"""Cards of one transaction: everybody else's writes wait for it on SQLite."""

RAN_OUT = "The time of the card ran out."
"""Why a case lapsed, as its holder reads it."""


def expire_cards(
    connection: sa.Connection,
    wave_id: str,
    card_refs: Sequence[str],
    *,
    request_id: str,
    stores: Stores,
) -> int:
    """Expire those cards of a wave whose time has run out, and return how many.

    Whoever bought a class meanwhile comes before or after: before, the card is in training and stays; after, it is
    expired for the rules, too. Where a clock stood still because of a pause, or still does, its deadline is kept anew,
    so that it is not found again until then.
    """
    if stores.waves.lock(connection, wave_id) is None:
        return 0
    quotas = stores.quotas.lock(connection, wave_id)
    cards = stores.cards.lock(connection, card_refs)
    now = stores.database.now(connection)
    completed = stores.enrolments.completed(connection, list(cards))
    judged = [
        expire(card, completed=card.card_ref in completed, movement_id=new_id(), now=now)
        for card in cards.values()
    ]
    ended = [each for each in judged if each is not None]
    over = {each.card.card_ref: each.card for each in ended}
    later = [told_anew(card, now=now) for ref, card in cards.items() if ref not in over]
    stores.cards.save(connection, later)
    stores.due_times.follow_clocks(connection, later)
    if not ended:
        return 0
    lapsed = lapse_cases(connection, over, Decision(ACTOR, now, RAN_OUT), stores=stores)
    save_ended(connection, ended, now=now, stores=stores)
    freed = [each.card.card_ref for each in ended if each.card.state in HOLDS_NO_PLACE]
    places = stores.quotas.places(connection, freed)
    stores.quotas.give_back(connection, taken_by(quotas, places))
    version = stores.rules.at(connection, now).version
    entries = [_entry(each, cards[each.card.card_ref].state, request_id, version) for each in ended]
    told = [_lapsed(case, over[case.card_ref], request_id, version) for case in lapsed]
    stores.journal.append(connection, entries, now=now)
    tell_of_lapsed(connection, told, now=now, stores=stores)
    return len(ended)


def _entry(ended: Ended, before: str, request_id: str, version: str) -> Entry:
    return ended_entry(
        EntryKind.CARD_EXPIRED,
        ended,
        actor=ACTOR,
        role=SYSTEM,
        request_id=request_id,
        said={"state_before": before},
        rule_version=version,
    )


def _lapsed(case: ExclusionCase, card: Card, request_id: str, version: str) -> Entry:
    return lapsed_entry(
        case, card, done_by_worker(request_id), said={"reason": RAN_OUT}, rule_version=version
    )
