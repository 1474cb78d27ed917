"""Erasing a person: what has to be over before.

Whoever is erased gives up the card. That is a step of its own with its own entry (`ending`): an erasure moves no money.
"""

from __future__ import annotations

from collections.abc import Iterable

from chassis.problems import StateConflict
from services.enrolment.domain.programme.card import Card
from services.enrolment.domain.programme.ending import OVER


def check_erasure(cards: Iterable[Card], *, case_goes_on: bool) -> None:
    """Raise `StateConflict` where a card of the person has not ended, or an exclusion case goes on."""
    for card in cards:
        if card.state not in OVER:
            raise StateConflict(_NOT_ENDED, facts={"state": card.state.value})
        if case_goes_on:
            raise StateConflict(_CASE_GOES_ON, facts={"state": card.state.value})


_NOT_ENDED = (
    "The member state says how a card of this person stands. Cancel its training, if one runs, or once its class"
    " has ended give the result, and revoke it first: what is on it goes back to the State."
)
_CASE_GOES_ON = "An exclusion case about this person goes on. Decide it first: the holder may need what is kept of it."
