"""Let the cases about holders lapse whose cards end for another reason than these."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from chassis.journal import MOST_AT_ONCE, Entry
from services.enrolment.domain.entry_kinds import EntryKind
from services.enrolment.domain.exclusion.case import Decision, ExclusionCase, lapse
from services.enrolment.domain.programme.card import Card
from services.enrolment.storage.stores import Stores
from services.enrolment.use_cases.exclusion.exclusion_entries import case_entry
from services.enrolment.use_cases.shared.actor import Actor


def lapse_cases(
    connection: sa.Connection, cards: Mapping[str, Card], decision: Decision, *, stores: Stores
) -> list[ExclusionCase]:
    """Let every case about locked cards lapse that has not ended; return them.

    Call it while it is known who holds the cards: each case notes whether the holder was listed when it ended.
    """
    lapsed = [lapse(case, decision) for case in stores.exclusion_cases.lock_live(connection, cards)]
    for case in lapsed:
        stores.exclusion_cases.save(connection, case)
    return lapsed


def lapsed_entry(
    case: ExclusionCase,
    card: Card,
    actor: Actor,
    *,
    said: Mapping[str, Any],
    rule_version: str,
) -> Entry:
    """Write the entry about a case that lapsed with its card, which stands as it ended; `said` tells for what."""
    return case_entry(
        EntryKind.EXCLUSION_CASE_LAPSED,
        case,
        actor,
        said={**said, "card_state": card.state.value},
        rule_version=rule_version,
    )


def tell_of_lapsed(
    connection: sa.Connection, entries: Sequence[Entry], *, now: datetime, stores: Stores
) -> None:
    """Append these entries after those of the cards: some at a time, since a card may have a case for each group."""
    for first in range(0, len(entries), MOST_AT_ONCE):
        stores.journal.append(connection, entries[first : first + MOST_AT_ONCE], now=now)
