"""What other rules would have made of a card."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from services.enrolment.domain.programme.card import Card, CardState
from services.enrolment.domain.programme.clock import runs_out
from vocabulary.rule_set import RuleSet


def as_if_awarded_under(card: Card, *, awarded_at: datetime, own: RuleSet, other: RuleSet) -> Card:
    """Return a card as it would stand had `other` rules awarded it instead of its own.

    What was spent is taken from the other balance, never below nothing; the first clock is the other one. A card that
    was bought with already keeps the clock that it has.
    """
    spent = own.training_balance - card.balance
    balance = max(0, other.training_balance - spent)
    if card.state is CardState.AWARDED and card.deadline is not None:
        # As many days later or earlier: what stood still, stood still under these rules, too.
        its_own, others = (
            runs_out(awarded_at, rules.first_purchase, region=card.region) for rules in (own, other)
        )
        return replace(card, balance=balance, deadline=card.deadline + (others - its_own))
    return replace(card, balance=balance)
