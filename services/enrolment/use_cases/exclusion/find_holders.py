"""Look for holders of cards on a list that is in force, and open a case about each; no card is changed by that.

Nothing has to be remembered between two of these transactions: the list says how far persons were looked through.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from chassis.identifiers import new_id
from chassis.journal import Entry
from services.enrolment.domain.entry_kinds import EntryKind
from services.enrolment.domain.exclusion.case import ExclusionCase, open_case
from services.enrolment.domain.exclusion.exclusion_list import ExclusionList
from services.enrolment.domain.exclusion.finding import needs_case
from services.enrolment.domain.programme.card import LIVE_STATES, Card
from services.enrolment.storage.listed_persons import Searched
from services.enrolment.storage.stores import Stores
from services.enrolment.use_cases.exclusion.exclusion_entries import case_entry, list_entry
from services.enrolment.use_cases.shared.actor import Actor, done_by_worker
from vocabulary.rule_set import RuleSet

PERSONS_AT_ONCE = 1_000
"""Persons that one transaction looks through: as many cases as the journal takes entries at once."""


def find_holders(
    connection: sa.Connection,
    list_id: str,
    *,
    request_id: str,
    stores: Stores,
    at_once: int = PERSONS_AT_ONCE,
) -> int:
    """Look through the persons that come next, open cases, and return how many persons these were.

    Nothing is done where another worker has the list, or all were looked through.
    """
    one = stores.exclusion_lists.lock_if_free(connection, list_id)
    after = stores.checked_lists.unchecked_after(connection, list_id)
    if one is None or after is None:
        return 0
    actor = done_by_worker(request_id)
    found = stores.listed_persons.search(connection, list_id, after=after, limit=at_once)
    cards = stores.cards.lock(connection, list(found.listed))
    now = stores.database.now(connection)
    rules = stores.rules.at(connection, now)
    opened = _open(connection, one, found, cards, rules=rules, now=now, stores=stores)
    stores.exclusion_cases.add(connection, opened)
    is_all = found.persons < at_once
    stores.checked_lists.save_checked(
        connection, list_id, to=found.last, persons=found.persons, done_at=now if is_all else None
    )
    entries = [_opened(case, actor, rules) for case in opened]
    if is_all:
        entries.append(_checked(connection, one, actor, stores))
    if entries:
        stores.journal.append(connection, entries, now=now)
    return found.persons


def _open(
    connection: sa.Connection,
    one: ExclusionList,
    found: Searched,
    cards: dict[str, Card],
    *,
    rules: RuleSet,
    now: datetime,
    stores: Stores,
) -> list[ExclusionCase]:
    """Open a case about each live card that the rules which awarded it would have refused to this group."""
    if not cards:
        return []
    awards = stores.cards.awards(connection, list(cards))
    earlier = stores.exclusion_cases.earlier(connection, one.group, list(cards))
    before = _before(connection, one, list(found.listed.values()), stores)
    opened = []
    for card_ref, card in cards.items():
        awarded_by = stores.rules.find(connection, awards[card_ref]) or rules
        if (
            one.group in awarded_by.excluded_groups
            and card.state_at(now) in LIVE_STATES
            and needs_case(
                earlier.get(card_ref, ()), absent_since=before.absent_since(found.listed[card_ref])
            )
        ):
            opened.append(
                open_case(
                    case_id=new_id(),
                    list_id=one.list_id,
                    group=one.group,
                    card=card,
                    now=now,
                    rules=rules,
                )
            )
    return opened


@dataclass(frozen=True, slots=True)
class _Before:
    """The list in whose place another came: since when it was in force, and who of some people was on it."""

    since: datetime | None = None
    listed: Collection[str] = ()

    def absent_since(self, digest: str) -> datetime | None:
        """Return since when a list was in force on which somebody was not; None where they were, or none was."""
        return None if digest in self.listed else self.since


def _before(
    connection: sa.Connection, one: ExclusionList, digests: Sequence[str], stores: Stores
) -> _Before:
    if one.follows is None:
        return _Before()
    return _Before(
        stores.exclusion_lists.activated_at(connection, one.follows),
        stores.listed_persons.listed_among(connection, one.follows, digests),
    )


def _opened(case: ExclusionCase, actor: Actor, rules: RuleSet) -> Entry:
    return case_entry(
        EntryKind.EXCLUSION_CASE_OPENED, case, actor, said={}, rule_version=rules.version
    )


def _checked(connection: sa.Connection, one: ExclusionList, actor: Actor, stores: Stores) -> Entry:
    persons = stores.checked_lists.checked(connection, one.list_id)
    said = {"persons": persons}
    return list_entry(EntryKind.EXCLUSION_LIST_CHECKED, one, actor, said=said)
