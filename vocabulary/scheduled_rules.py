"""Versions of the rules that operators scheduled: kept by one service, copied by others, beside those shipped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from vocabulary.rule_book import RuleBook, beginning_of
from vocabulary.rule_set import RuleSet, numbers_of, read_rule_set


@dataclass(frozen=True, slots=True)
class ScheduledVersion:
    """A version as it was kept: its name, from which day on it holds, its numbers, and why."""

    version: str
    effective_from: date
    numbers: Mapping[str, Any]
    source: str


def with_scheduled(shipped: RuleBook, scheduled: Iterable[ScheduledVersion]) -> RuleBook:
    """Return the shipped versions and the scheduled ones, which come in the order of their days.

    What is shipped takes the place of what was scheduled under the same name, or for the same day.
    """
    book = shipped
    days = {each.effective_from for each in shipped}
    for each in scheduled:
        if book.find(each.version) is None and each.effective_from not in days:
            rules = _read(each, before=book.in_force_at(beginning_of(each.effective_from)))
            book = book.with_version(rules, effective_from=each.effective_from, source=each.source)
    return book


def _read(scheduled: ScheduledVersion, *, before: RuleSet) -> RuleSet:
    """Read a version; what another release knows beyond this one is left out, what it does not know is as before."""
    stored = scheduled.numbers
    known = {name: stored.get(name, value) for name, value in numbers_of(before).items()}
    return read_rule_set(scheduled.version, known)
