"""The limits of courses and classes by the rules: length and price of the one, length, days and seats of the other.

Whoever offers one is judged by these, and whoever asks is explained them: there is no second wording. A class that
is held online is a webinar, since it has dated meetings; training without them is not known here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from vocabulary.money import format_rupiah
from vocabulary.rule_book import RuleBook
from vocabulary.rule_set import RuleSet, row_of
from vocabulary.zones import Zone

ONLINE: Final = "online"
OFFLINE: Final = "offline"

_HOUR: Final = timedelta(hours=1)
_HOURS_A_DAY: Final = {ONLINE: "online_hours_a_day", OFFLINE: "offline_hours_a_day"}
_PER_TRAINER: Final = {ONLINE: "webinar_seats_per_trainer", OFFLINE: "offline_seats_per_trainer"}
_SEATS: Final = {ONLINE: "webinar_seats", OFFLINE: "offline_seats"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassFacts:
    """What the limits look at. `hours` are those of the course; None, as of `trainers`, where it is not known."""

    mode: str
    hours: int | None
    seats: int
    trainers: int | None
    sittings: Sequence[tuple[datetime, datetime]]
    zone: Zone


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """One number of the rules put to a class: `bound` is that number, `found` what the class has.

    `pointer` says where in a class's document it stands, `message` names the rule, the number and the remedy.
    """

    rule: str
    number: str
    bound: int
    found: float
    holds: bool
    pointer: str
    message: str


def class_limits(facts: ClassFacts, rules: RuleSet) -> list[Limit]:
    """Return every limit that the rules set to a class; what is not known of it is not judged."""
    course = [] if facts.hours is None else [course_length(facts.hours, rules)]
    return [
        *course,
        *_length(facts, rules),
        *_hours_a_day(facts, rules),
        *_seats_per_trainer(facts, rules),
        *_seats(facts, rules),
    ]


def course_length(hours: int, rules: RuleSet) -> Limit:
    """Return the limit of a course's hours."""
    least = rules.least_hours
    said = f"a training has at least {least} hours; this has {hours}. Offer a longer course."
    return Limit(
        rule="course-length",
        number="least_hours",
        bound=least,
        found=hours,
        holds=hours >= least,
        pointer="/hours",
        message=_by(rules, "least_hours") + said,
    )


def course_price(price: int, rules: RuleSet) -> Limit:
    """Return the limit of a course's price, in rupiah: what costs more than a new card holds, nobody can buy."""
    most = rules.training_balance
    said = (
        f"a card holds {format_rupiah(most)} for training; this costs {format_rupiah(price)}."
        f" Ask at most {format_rupiah(most)}."
    )
    return Limit(
        rule="course-price",
        number="training_balance",
        bound=most,
        found=price,
        holds=price <= most,
        pointer="/price",
        message=_by(rules, "training_balance") + said,
    )


def broken_limits(
    facts: ClassFacts, rules: RuleSet, *, before: ClassFacts | None = None
) -> list[Limit]:
    """Return the limits that a class breaks.

    Of one that is changed, those that it broke `before` in the same way are left out: other rules may have allowed
    that, and who changes something else did not do it.
    """
    kept: Collection[tuple[str, float]] = () if before is None else _broken(before, rules)
    return [
        each
        for each in class_limits(facts, rules)
        if not each.holds and (each.rule, each.found) not in kept
    ]


def rules_of_class(book: RuleBook, starts_at: datetime) -> RuleSet:
    """Return the rules by which a class is judged: those in force when it starts, as far as they are known."""
    try:
        return book.in_force_at(starts_at)
    except LookupError:
        return next(iter(book)).rules


def _broken(facts: ClassFacts, rules: RuleSet) -> set[tuple[str, float]]:
    return {(each.rule, each.found) for each in class_limits(facts, rules) if not each.holds}


def _length(facts: ClassFacts, rules: RuleSet) -> Iterator[Limit]:
    """Yield the limit of what is really taught: a course's hours are said, its classes' meetings are sat through."""
    if not facts.sittings:
        return
    least = rules.least_hours
    hours = sum((ends_at - starts_at for starts_at, ends_at in facts.sittings), timedelta()) / _HOUR
    said = (
        f"the meetings of a class, the final test among them, last at least {least} hours together;"
        f" these last {hours:g}. Add meetings, or lengthen them."
    )
    yield Limit(
        rule="class-length",
        number="least_hours",
        bound=least,
        found=hours,
        holds=hours >= least,
        pointer="/meetings",
        message=_by(rules, "least_hours") + said,
    )


def _hours_a_day(facts: ClassFacts, rules: RuleSet) -> Iterator[Limit]:
    days = _days(facts)
    if not days:
        return
    number = _HOURS_A_DAY[facts.mode]
    most: int = getattr(rules, number)
    day = max(days, key=lambda each: (days[each], each))
    hours = days[day] / _HOUR
    said = (
        f"an {facts.mode} class sits at most {most} hours a day; {day} has {hours:g}."
        " Shorten that day, or spread its meetings over more days."
    )
    yield Limit(
        rule="hours-a-day",
        number=number,
        bound=most,
        found=hours,
        holds=hours <= most,
        pointer="/meetings",
        message=_by(rules, number) + said,
    )


def _seats_per_trainer(facts: ClassFacts, rules: RuleSet) -> Iterator[Limit]:
    if not facts.trainers:
        return
    number = _PER_TRAINER[facts.mode]
    each: int = getattr(rules, number)
    most, needed = each * facts.trainers, -(-facts.seats // each)
    said = (
        f"an {facts.mode} class has at most {each} seats for each trainer, {most} with {facts.trainers};"
        f" this has {facts.seats}. Lower seats to {most}, or name {needed} trainers."
    )
    yield Limit(
        rule="seats-per-trainer",
        number=number,
        bound=each,
        found=facts.seats / facts.trainers,
        holds=facts.seats <= most,
        pointer="/seats",
        message=_by(rules, number) + said,
    )


def _seats(facts: ClassFacts, rules: RuleSet) -> Iterator[Limit]:
    number = _SEATS[facts.mode]
    most: int | None = getattr(rules, number)
    if most is None:
        return
    said = (
        f"an {facts.mode} class has at most {most} seats; this has {facts.seats}."
        f" Lower seats to {most}."
    )
    yield Limit(
        rule="seats-of-a-class",
        number=number,
        bound=most,
        found=facts.seats,
        holds=facts.seats <= most,
        pointer="/seats",
        message=_by(rules, number) + said,
    )


def _by(rules: RuleSet, number: str) -> str:
    """Begin a message: which version says so, by which number, of which row of the programme's table."""
    return f"By the rules {rules.version} ({row_of(number)}, {number}) "


def _days(facts: ClassFacts) -> dict[date, timedelta]:
    """Return how long the class sits on each day by its own clock."""
    sat: defaultdict[date, timedelta] = defaultdict(timedelta)
    for starts_at, ends_at in facts.sittings:
        sat[starts_at.astimezone(facts.zone.tzinfo).date()] += ends_at - starts_at
    return sat
