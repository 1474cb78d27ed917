"""One version of the programme's rules: every number that a decision compares with, as data.

A rule set is read from a document, as a reviewed file or an operator sends it, and is whole: a number that is missing,
unknown or out of its bounds is refused by name. Each number says which row of the programme's table of rules it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any, Final

from vocabulary.dates import parse_date

GROUPS: Final = (
    "state-official",
    "civil-servant",
    "military",
    "police",
    "village-official",
    "state-firm-director",
    "student",
    "earlier-holder",
    "social-aid-recipient",
)
"""Groups of people whom a version of the rules may refuse a card. A student is one in formal education, an earlier
holder one who had a card before the cards that are known here.
"""

VERSION: Final = re.compile(r"\A[0-9]{4}-(?:0[1-9]|1[0-2])[a-z]?\Z")
"""A version is named after a month, by custom that in which it takes effect; a second one of a month has a letter."""

_RUPIAH: Final = 100_000_000
_DAYS: Final = 366
_PEOPLE: Final = 100_000_000
_ROW, _READ, _FORM, _UNLIMITED = "row", "read", "form", "unlimited"


@dataclass(frozen=True, slots=True)
class RuleFault:
    """What is wrong with a member of a rule set, and what to send instead."""

    member: str
    message: str


class RuleSetFaulty(ValueError):
    """Raised for a document that is no rule set; `faults` name each member that is wrong."""

    def __init__(self, faults: list[RuleFault]) -> None:
        super().__init__("; ".join(f"{fault.member}: {fault.message}" for fault in faults))
        self.faults = faults


def _whole(row: str, *, least: int = 0, most: int, or_none: bool = False) -> Any:
    """Declare a whole number; with `or_none` null stands for *without a limit*."""

    def read(value: object) -> int | None:
        if value is None and or_none:
            return None
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            beside = ", or null for no limit" if or_none else ""
            raise ValueError(f"Send a whole number from {least} to {most}{beside}.")
        return value

    form = {"type": "integer", "minimum": least, "maximum": most}
    return field(metadata={_ROW: row, _READ: read, _FORM: form, _UNLIMITED: or_none})


def _flag(row: str) -> Any:
    def read(value: object) -> bool:
        if not isinstance(value, bool):
            raise ValueError("Send true or false.")
        return value

    return field(metadata={_ROW: row, _READ: read, _FORM: {"type": "boolean"}})


def _groups(row: str) -> Any:
    def read(value: object) -> tuple[str, ...]:
        sent = list(value) if isinstance(value, list | tuple) else [None]
        found = tuple(group for group in GROUPS if group in sent)
        if len(found) != len(sent):
            raise ValueError(f"Send a list of groups, each once, out of: {', '.join(GROUPS)}.")
        return found

    form = {"type": "array", "items": {"enum": list(GROUPS)}, "uniqueItems": True}
    return field(metadata={_ROW: row, _READ: read, _FORM: form})


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSet:
    """One version of the rules. Money is in rupiah; clocks run to the end of a day where the holder lives."""

    version: str

    training_balance: int = _whole("benefit per person", least=1, most=_RUPIAH)
    completion_incentive: int = _whole("benefit per person", most=_RUPIAH)
    completion_incentives: int = _whole("benefit per person", most=20)
    survey_incentive: int = _whole("benefit per person", most=_RUPIAH)
    survey_incentives: int = _whole("benefit per person", most=20)
    survey_days_apart: int = _whole("benefit per person", most=_DAYS)

    youngest: int = _whole("who", most=120)
    oldest: int = _whole("who", most=150)
    excluded_groups: tuple[str, ...] = _groups("not")
    exclusion_case_days: int = _whole("exclusion case", least=1, most=_DAYS)
    exclusion_appeal_days: int = _whole("exclusion case", least=1, most=_DAYS)
    recipients_per_family_card: int = _whole("per family card", least=1, most=20)
    once_in_a_lifetime: bool = _flag("once")

    first_purchase_days: int = _whole("first purchase", least=1, most=_DAYS)
    next_purchase_days: int = _whole("next purchase", least=1, most=_DAYS)
    review_before_next: bool = _flag("next purchase")
    live_enrolments: int = _whole("next purchase", least=1, most=9)
    holder_may_cancel: bool = _flag("no swap")
    wait_after_unfinished_days: int = _whole("next purchase", most=_DAYS)
    unfinished_returns_to_state: bool = _flag("no swap")
    result_due_days: int = _whole("certificate", least=1, most=_DAYS)
    attendance_percent: int = _whole("certificate", least=1, most=100)
    final_test_needed: bool = _flag("certificate")

    digital_cards: int | None = _whole("programme size", most=_PEOPLE, or_none=True)
    offline_cards: int | None = _whole("programme size", most=_PEOPLE, or_none=True)

    least_hours: int = _whole("length", least=1, most=5_000)
    online_hours_a_day: int = _whole("length", least=1, most=24)
    offline_hours_a_day: int = _whole("length", least=1, most=24)
    practice_percent: int = _whole("theory : practice", most=100)
    offline_seats_per_trainer: int = _whole("class size", least=1, most=10_000)
    offline_seats: int | None = _whole("class size", least=1, most=10_000, or_none=True)
    webinar_seats_per_trainer: int = _whole("class size", least=1, most=10_000)
    webinar_seats: int | None = _whole("class size", least=1, most=10_000, or_none=True)

    @property
    def first_purchase(self) -> timedelta:
        """Return how long after its award a card waits for its first class."""
        return timedelta(days=self.first_purchase_days)

    @property
    def next_purchase(self) -> timedelta:
        """Return how long a card waits for its next class."""
        return timedelta(days=self.next_purchase_days)

    @property
    def exclusion_case(self) -> timedelta:
        """Return how long an operator may take for each step of an exclusion case."""
        return timedelta(days=self.exclusion_case_days)

    @property
    def exclusion_appeal(self) -> timedelta:
        """Return how long a holder may appeal against an exclusion."""
        return timedelta(days=self.exclusion_appeal_days)

    @property
    def surveys_apart(self) -> timedelta:
        """Return how long after one survey the next one opens."""
        return timedelta(days=self.survey_days_apart)

    @property
    def result_due(self) -> timedelta:
        """Return how long after the last meeting a provider may take for the results."""
        return timedelta(days=self.result_due_days)

    @property
    def wait_after_unfinished(self) -> timedelta:
        """Return how long a card waits after a training that was not completed, before it may buy again."""
        return timedelta(days=self.wait_after_unfinished_days)


NUMBERS: Final = MappingProxyType(
    {each.name: each.metadata for each in fields(RuleSet) if each.metadata}
)


def row_of(number: str) -> str:
    """Return which row of the programme's table of rules a number is."""
    return str(NUMBERS[number][_ROW])


def form_of(number: str) -> Mapping[str, Any]:
    """Return a number as JSON Schema has it, null apart."""
    form: Mapping[str, Any] = NUMBERS[number][_FORM]
    return form


def may_be_unlimited(number: str) -> bool:
    """Tell whether null stands for *no limit*."""
    return bool(NUMBERS[number].get(_UNLIMITED))


def reader_of(number: str) -> Callable[[object], Any]:
    """Return what reads a number; it raises `ValueError` with the remedy."""
    reader: Callable[[object], Any] = NUMBERS[number][_READ]
    return reader


def read_rule_set(version: str, numbers: Mapping[str, object]) -> RuleSet:
    """Read a rule set. Raises `RuleSetFaulty` naming every member that is missing, unknown or out of bounds."""
    faults = list(_strange(numbers))
    values: dict[str, Any] = {}
    for name in NUMBERS:
        if name not in numbers:
            faults.append(RuleFault(name, "Send this member."))
            continue
        try:
            values[name] = reader_of(name)(numbers[name])
        except ValueError as error:
            faults.append(RuleFault(name, str(error)))
    if not VERSION.match(version):
        faults.append(RuleFault("version", "Send year and month, such as 2027-01 or 2027-01b."))
    if not faults and values["oldest"] < values["youngest"]:
        faults.append(RuleFault("oldest", "Send an age that is not below youngest."))
    if faults:
        raise RuleSetFaulty(faults)
    return RuleSet(version=version, **values)


def numbers_of(rules: RuleSet) -> dict[str, Any]:
    """Return every number of a rule set by its name, as `read_rule_set` takes them."""
    values = {name: getattr(rules, name) for name in NUMBERS}
    return {k: list(value) if isinstance(value, tuple) else value for k, value in values.items()}


def read_day(value: object) -> date:
    """Read a day on which rules may begin or end. Raises `ValueError` with the remedy."""
    day = parse_date(value)
    if not 2000 <= day.year < 2200:
        raise ValueError("Send a date from 2000 to 2199, such as 2023-01-01.")
    return day


def _strange(numbers: Mapping[str, object]) -> Iterator[RuleFault]:
    for name in numbers:
        if name not in NUMBERS:
            yield RuleFault(name, "Remove this member: no rule has this name.")
