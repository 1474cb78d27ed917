"""Erasing a person: what has to be over before.

Whoever is erased gives up the card. That is a step of its own with its own entry (`ending`): an erasure moves no money.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from chassis.problems import StateConflict
from services.enrolment.domain.programme.card import Card, CardState
from services.enrolment.domain.programme.ending import OVER


def check_erasure(cards: Iterable[Card], *, going_on: Mapping[str, str], now: datetime) -> None:
    """Raise `StateConflict` where a card of the person has not ended, or an exclusion case goes on.

    `going_on` are the cards about which one does, each with the id of a case: of one that bars it, if any does.
    """
    for card in cards:
        why = _why_not(card, going_on.get(card.card_ref), now)
        if why is not None:
            raise StateConflict(why, facts={"state": card.state_at(now).value})


def _why_not(card: Card, case_id: str | None, now: datetime) -> str | None:
    state = card.state_at(now)
    if state is CardState.BARRED:
        return _BARRED.format(case_id=case_id)
    if card.state not in OVER:
        return _NOT_NOTED if state is CardState.EXPIRED else _NOT_ENDED
    return None if case_id is None else _CASE_GOES_ON.format(case_id=case_id)


_NOT_ENDED = (
    "The member state says how a card of this person stands. Cancel its training, if one runs, or once its class"
    " has ended give the result, and revoke it first: what is on it goes back to the State."
)
_NOT_NOTED = "The time of a card of this person has just run out. Send this again once that is noted, in some seconds."
_BARRED = (
    "A card of this person is barred by exclusion case {case_id}. Decide that to its end first: revoke the card under"
    " its id, or, where the case is dismissed or an appeal granted, after that."
)
_CASE_GOES_ON = (
    "Exclusion case {case_id} about this person goes on. Decide it first; the holder may need it."
)
