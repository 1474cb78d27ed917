"""What a provider plans for a class: online with a link or offline at a venue, with meetings, seats and a price."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from chassis.problems import FieldError
from services.catalog.domain.courses import Mode
from services.catalog.domain.meetings import Meeting, moved_faults, timetable_faults
from vocabulary.class_limits import ClassFacts, broken_limits
from vocabulary.money import format_rupiah
from vocabulary.regions import REGENCIES
from vocabulary.rule_set import RuleSet
from vocabulary.zones import Zone

MOST_SEATS = 10_000
MOST_TRAINERS = 400

_PLACE: Mapping[Mode, tuple[str, ...]] = {
    Mode.ONLINE: ("link",),
    Mode.OFFLINE: ("venue", "regency"),
}


@dataclass(frozen=True, slots=True)
class ClassPlan:
    """What a provider says about a class. Money in rupiah; `regions` empty means the whole country.

    Everything but `mode`, `zone`, `regency` and `regions` may be changed later.
    """

    mode: Mode
    price: int
    seats: int
    trainers: int
    zone: Zone
    link: str | None
    venue: str | None
    regency: str | None
    regions: tuple[str, ...]
    registration_opens: datetime
    registration_closes: datetime
    meetings: tuple[Meeting, ...]

    @property
    def starts_at(self) -> datetime:
        """Return when the first meeting starts."""
        return self.meetings[0].starts_at

    @property
    def ends_at(self) -> datetime:
        """Return when the last meeting ends."""
        return self.meetings[-1].ends_at


def plan_faults(plan: ClassPlan, *, mode: Mode, most_price: int) -> Iterator[FieldError]:
    """Yield every rule that a plan breaks for a course of that mode and price (rupiah)."""
    if plan.mode is not mode:
        yield FieldError("/mode", f"The course is {mode}, so its classes are {mode}.")
        return
    yield from _place_faults(plan)
    yield from _size_faults(plan, most_price=most_price)
    timetable = timetable_faults(plan.meetings, zone=plan.zone)
    yield from timetable or _window_faults(plan)


def limit_faults(
    plan: ClassPlan, rules: RuleSet, *, hours: int, before: ClassPlan | None = None
) -> Iterator[FieldError]:
    """Yield the limits of the rules that a plan for a course of so many hours breaks, and did not break before."""
    earlier = None if before is None else _facts(before, hours=hours)
    for limit in broken_limits(_facts(plan, hours=hours), rules, before=earlier):
        # A class's document has no hours: they are its course's, and mend nothing here.
        yield FieldError("" if limit.pointer == "/hours" else limit.pointer, limit.message)


def _facts(plan: ClassPlan, *, hours: int) -> ClassFacts:
    return ClassFacts(
        mode=plan.mode,
        hours=hours,
        seats=plan.seats,
        trainers=plan.trainers,
        sittings=[(meeting.starts_at, meeting.ends_at) for meeting in plan.meetings],
        zone=plan.zone,
    )


def change_faults(before: ClassPlan, after: ClassPlan, *, now: datetime) -> Iterator[FieldError]:
    """Yield what cannot be changed any more at an instant."""
    if after.price != before.price and before.registration_closes <= now:
        yield FieldError("/price", "Registration has closed; the price stays.")
    if after.registration_opens != before.registration_opens and before.registration_opens <= now:
        yield FieldError("/registration_opens", "Registration has opened; this stays.")
    if after.registration_closes != before.registration_closes and before.starts_at <= now:
        yield FieldError("/registration_closes", "The class has begun; this stays.")
    sold = before.registration_opens <= now
    yield from moved_faults(before.meetings, after.meetings, sold=sold, now=now)


def _place_faults(plan: ClassPlan) -> Iterator[FieldError]:
    needed = _PLACE[plan.mode]
    foreign = [name for names in _PLACE.values() for name in names if name not in needed]
    for name in needed:
        if getattr(plan, name) is None:
            yield FieldError(f"/{name}", f"An {plan.mode} class needs this.")
    for name in foreign:
        if getattr(plan, name) is not None:
            yield FieldError(f"/{name}", f"An {plan.mode} class does not have this. Remove it.")
    if plan.mode is Mode.OFFLINE and plan.regency is not None:
        local = REGENCIES[plan.regency].zone
        if plan.zone != local:
            yield FieldError("/zone", f"The clock at the venue is {local.iana}. Send that.")


def _size_faults(plan: ClassPlan, *, most_price: int) -> Iterator[FieldError]:
    if not 1 <= plan.seats <= MOST_SEATS:
        yield FieldError("/seats", f"A class has from 1 to {MOST_SEATS} seats.")
    if not 1 <= plan.trainers <= MOST_TRAINERS:
        yield FieldError("/trainers", f"A class has from 1 to {MOST_TRAINERS} trainers.")
    if not 0 <= plan.price <= most_price:
        yield FieldError(
            "/price",
            f"A class costs at most what its course was published for, {format_rupiah(most_price)}.",
        )


def _window_faults(plan: ClassPlan) -> Iterator[FieldError]:
    if plan.registration_closes <= plan.registration_opens:
        yield FieldError("/registration_closes", "Registration closes after it opens.")
    elif plan.registration_closes > plan.starts_at:
        yield FieldError(
            "/registration_closes", "Registration closes no later than the first meeting starts."
        )
