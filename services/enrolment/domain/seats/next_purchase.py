"""The clock of the next purchase: it runs from when the last running training of a card has ended."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from services.enrolment.domain.programme.card import Card, CardState
from services.enrolment.domain.programme.clock import runs_out
from vocabulary.rule_set import RuleSet


def between(card: Card, *, waits: Iterable[datetime | None], now: datetime, rules: RuleSet) -> Card:
    """Return a card none of whose trainings runs any more, with all days of its next clock.

    `waits` are when the waiting times after its trainings end, or ended (None: there was none): with the first day on
    which all are over the clock begins. That of a barred card shows the instant of the bar, or when the last of them
    ended since, as `bar.lift` expects it.
    """
    shows = card.clock_at(now)
    opens = max((each for each in waits if each is not None), default=shows)
    begins = max(shows, opens) if opens <= now else opens - opens.resolution
    deadline = runs_out(begins, rules.next_purchase, region=card.region)
    return replace(card, state=CardState.BETWEEN, deadline=deadline, clock_from=begins)
