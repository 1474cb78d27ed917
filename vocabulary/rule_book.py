"""The versions of the rules in their order: at every instant since the first exactly one is in force."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Final

from vocabulary.rule_set import RuleFault, RuleSet, RuleSetFaulty, read_day, read_rule_set
from vocabulary.zones import ZONES

NATIONAL_ZONE: Final = "Asia/Jakarta"
"""Rules take effect everywhere at one instant: when the day begins in the capital."""

_ABOUT: Final = ("version", "effective_from", "effective_until", "source")


class RuleBookFaulty(ValueError):
    """Raised for versions that leave a gap, overlap or share a name; the message names them."""


@dataclass(frozen=True, slots=True)
class DatedRules:
    """A version, from which day on and (without it) until which day it holds, and where it comes from."""

    rules: RuleSet
    effective_from: date
    effective_until: date | None
    source: str

    @property
    def version(self) -> str:
        """Return the version's name."""
        return self.rules.version

    def holds_on(self, day: date) -> bool:
        """Tell whether this version is in force on a day of the national zone."""
        return self.effective_from <= day and (
            self.effective_until is None or day < self.effective_until
        )


class RuleBook:
    """Versions without a gap and without an overlap; the last has no end."""

    def __init__(self, versions: Iterable[DatedRules]) -> None:
        """Take versions in any order. Raises `RuleBookFaulty`."""
        self._versions = tuple(sorted(versions, key=lambda each: each.effective_from))
        _check(self._versions)
        self._by_name = {each.version: each for each in self._versions}

    def __iter__(self) -> Iterator[DatedRules]:
        """Yield the versions, the earliest first."""
        return iter(self._versions)

    def in_force_at(self, now: datetime) -> RuleSet:
        """Return the rules in force at an instant. Raises `LookupError` for one before the first version."""
        return self.dated_at(now).rules

    def dated_at(self, now: datetime) -> DatedRules:
        """Return the version in force at an instant, with its dates. Raises `LookupError`."""
        day = national_day(now)
        for each in reversed(self._versions):
            if each.effective_from <= day:
                return each
        raise LookupError(f"No rules were in force on {day}.")

    def find(self, version: str) -> DatedRules | None:
        """Return a version by its name."""
        return self._by_name.get(version)

    def with_version(self, rules: RuleSet, *, effective_from: date, source: str) -> RuleBook:
        """Return the book with one more version, which holds from a day on until the next one begins.

        Raises `RuleBookFaulty` where another version begins that day or has that name, or all begin later.
        """
        before = [each for each in self._versions if each.effective_from <= effective_from]
        if not before:
            raise RuleBookFaulty(f"{rules.version} begins before every other version.")
        last = before[-1]
        added = DatedRules(rules, effective_from, last.effective_until, source)
        ended = replace(last, effective_until=effective_from)
        others = [each for each in self._versions if each is not last]
        return RuleBook([*others, ended, added])


def national_day(now: datetime) -> date:
    """Return the day it is in the national zone."""
    return now.astimezone(ZONES[NATIONAL_ZONE].tzinfo).date()


def beginning_of(day: date) -> datetime:
    """Return the instant at which a day begins in the national zone."""
    return datetime.combine(day, time(), tzinfo=ZONES[NATIONAL_ZONE].tzinfo)


@cache
def shipped_rules() -> RuleBook:
    """Return the versions that are shipped as reviewed files.

    Raises `RuleBookFaulty` naming the file that is wrong, or the versions between which there is a gap or an overlap.
    """
    folder = files("vocabulary") / "data" / "rules"
    texts = {each.name: each.read_text("utf-8") for each in folder.iterdir()}
    return book_of(texts)


def book_of(texts: Mapping[str, str]) -> RuleBook:
    """Read rule files, by their names. Raises `RuleBookFaulty` as `shipped_rules` does."""
    return RuleBook([_read(name, text) for name, text in sorted(texts.items())])


def _read(name: str, text: str) -> DatedRules:
    try:
        document = json.loads(text)
        if not isinstance(document, dict):
            raise ValueError("Write one object.")
        return _dated(document)
    except ValueError as error:
        raise RuleBookFaulty(f"{name}: {error}") from error


def _dated(document: dict[str, object]) -> DatedRules:
    missing = [RuleFault(name, "Send this member.") for name in _ABOUT if name not in document]
    if missing:
        raise RuleSetFaulty(missing)
    until = document["effective_until"]
    numbers = {name: value for name, value in document.items() if name not in _ABOUT}
    return DatedRules(
        rules=read_rule_set(str(document["version"]), numbers),
        effective_from=read_day(document["effective_from"]),
        effective_until=None if until is None else read_day(until),
        source=str(document["source"]),
    )


def _check(versions: tuple[DatedRules, ...]) -> None:
    if not versions:
        raise RuleBookFaulty("There is no version of the rules at all.")
    for each in versions:
        if each.effective_until is not None and each.effective_until <= each.effective_from:
            raise RuleBookFaulty(
                f"The version {each.version} ends on {each.effective_until}, but begins on {each.effective_from}."
            )
    for earlier, later in pairwise(versions):
        between = f"{earlier.version} and {later.version}"
        until = earlier.effective_until
        if until is None or until > later.effective_from:
            end = "has no end" if until is None else f"holds until {until}"
            raise RuleBookFaulty(
                f"The versions {between} overlap: {earlier.version} {end}, and {later.version} begins on"
                f" {later.effective_from}."
            )
        if until < later.effective_from:
            raise RuleBookFaulty(
                f"Between the versions {between} there is a gap: no rules are in force from {until} to"
                f" {later.effective_from}."
            )
    if versions[-1].effective_until is not None:
        last = versions[-1]
        raise RuleBookFaulty(
            f"The last version, {last.version}, ends on {last.effective_until}: no rules are in force after it."
        )
    names = [each.version for each in versions]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise RuleBookFaulty(f"The version {twice[0]} is there twice.")
