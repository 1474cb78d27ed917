"""What a class must be, and what of it may change."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.problems import StateConflict, ValidationFailed
from services.catalog.domain import classes
from services.catalog.domain.class_plans import MOST_SEATS, ClassPlan
from services.catalog.domain.classes import ClassStatus, cancel, close
from services.catalog.domain.courses import CourseStatus, Mode
from services.catalog.domain.happenings import class_body
from tests.services.catalog.domain.examples import (
    BOOK,
    JAYAPURA,
    NOW,
    RULES,
    course,
    meeting,
    online_plan,
    plan,
    training_class,
    two_days,
)
from vocabulary.refusals.catalogue import CourseNotPublished
from vocabulary.regions import REGENCIES

schedule = partial(classes.schedule, book=BOOK)
change = partial(classes.change, book=BOOK)


def faults_of(wanted: ClassPlan, **details: Any) -> list[str]:
    with pytest.raises(ValidationFailed) as refusal:
        schedule(course(**details), wanted, class_id="class", now=NOW)
    return [error.pointer for error in refusal.value.errors]


def test_a_class_is_published_with_what_its_course_says() -> None:
    made = training_class()
    assert made.status is ClassStatus.PUBLISHED
    assert (made.course_title, made.hours, made.version) == ("Pengelasan SMAW 3G", 40, 1)


@pytest.mark.parametrize("status", sorted(set(CourseStatus) - {CourseStatus.PUBLISHED}))
def test_only_a_published_course_has_classes(status: CourseStatus) -> None:
    with pytest.raises(CourseNotPublished):
        schedule(course(status=status), plan(), class_id="class", now=NOW)


def test_a_class_is_held_in_the_mode_of_its_course() -> None:
    assert faults_of(online_plan()) == ["/mode"]
    assert faults_of(plan(), mode=Mode.ONLINE) == ["/mode"]


@pytest.mark.parametrize(
    ("changes", "pointers"),
    [
        ({"venue": None}, ["/venue"]),
        ({"regency": None}, ["/regency"]),
        ({"link": "https://kelas.example/x"}, ["/link"]),
        ({"zone": JAYAPURA}, ["/zone"]),
        ({"seats": 31}, ["/seats"]),
        ({"trainers": 0, "seats": 16}, ["/trainers"]),
        ({"meetings": (*two_days(10), meeting(3, day=12, hour=1, hours=8.5))}, ["/meetings"]),
        ({"meetings": (meeting(1, day=10, hours=1 / 3600),)}, ["/meetings"]),
        ({"price": 1_500_001}, ["/price"]),
        ({"price": -1}, ["/price"]),
        ({"registration_closes": NOW - timedelta(days=1)}, ["/registration_closes"]),
        ({"registration_closes": NOW + timedelta(days=10)}, ["/registration_closes"]),
        ({"meetings": ()}, ["/meetings"]),
    ],
)
def test_every_broken_rule_is_named_by_its_field(
    changes: dict[str, Any], pointers: list[str]
) -> None:
    assert faults_of(plan(**changes)) == pointers


def test_registration_may_last_until_the_first_meeting_starts() -> None:
    wanted = plan(registration_closes=plan().starts_at)
    assert schedule(course(), wanted, class_id="class", now=NOW).plan == wanted


def test_all_faults_are_told_at_once() -> None:
    assert faults_of(plan(venue=None, seats=0, price=-1)) == ["/venue", "/seats", "/price"]


def test_an_online_class_has_a_link_and_no_place() -> None:
    made = schedule(course(mode=Mode.ONLINE), online_plan(), class_id="class", now=NOW)
    assert made.plan.mode is Mode.ONLINE
    details = {"mode": Mode.ONLINE}
    assert faults_of(online_plan(link=None), **details) == ["/link"]
    assert faults_of(online_plan(venue="Jl. Salak 1"), **details) == ["/venue"]
    assert faults_of(online_plan(regency="17.71"), **details) == ["/regency"]


def test_more_trainers_may_teach_a_larger_offline_class() -> None:
    assert training_class(seats=60, trainers=2).plan.seats == 60
    assert faults_of(plan(seats=61, trainers=2)) == ["/seats"]


def test_an_online_class_has_more_seats_for_each_trainer() -> None:
    wanted = online_plan(seats=MOST_SEATS, trainers=200)
    made = schedule(course(mode=Mode.ONLINE), wanted, class_id="class", now=NOW)
    assert made.plan.seats == MOST_SEATS
    assert faults_of(online_plan(seats=51), mode=Mode.ONLINE) == ["/seats"]
    too_many = online_plan(seats=MOST_SEATS + 1, trainers=400)
    assert faults_of(too_many, mode=Mode.ONLINE) == ["/seats"]


def test_a_class_names_the_rules_that_are_in_force_when_it_starts() -> None:
    assert training_class().rule_version == "2023-01"
    new = replace(RULES, version="2026-12", offline_seats_per_trainer=10)
    book = BOOK.with_version(new, effective_from=date(2026, 12, 11), source="Uji")
    before, on_the_day = (plan(meetings=two_days(day)) for day in (9, 10))
    judged = classes.schedule(course(), before, class_id="class", now=NOW, book=book)
    assert judged.rule_version == "2023-01"
    with pytest.raises(ValidationFailed) as refusal:
        classes.schedule(course(), on_the_day, class_id="class", now=NOW, book=book)
    [error] = refusal.value.errors
    assert error.pointer == "/seats"
    assert error.message == (
        "By the rules 2026-12 (class size, offline_seats_per_trainer) an offline class has at most 10 seats for each"
        " trainer, 10 with 1; this has 16. Lower seats to 10, or name 2 trainers."
    )
    moved = partial(classes.change, judged, now=NOW, book=book)
    with pytest.raises(ValidationFailed):
        moved({"meetings": on_the_day.meetings})
    fewer = moved({"meetings": on_the_day.meetings, "seats": 10})
    assert fewer.rule_version == "2026-12"


def test_a_course_that_is_too_short_when_a_class_of_it_starts_has_none() -> None:
    new = replace(RULES, version="2026-12", least_hours=41)
    book = BOOK.with_version(new, effective_from=date(2026, 12, 2), source="Uji")
    with pytest.raises(ValidationFailed) as refusal:
        classes.schedule(course(), plan(), class_id="class", now=NOW, book=book)
    error, of_its_meetings = refusal.value.errors
    assert (error.pointer, of_its_meetings.pointer) == ("", "/meetings")
    assert "(length, least_hours) a training has at least 41 hours; this has 40" in error.message


def test_what_other_rules_allowed_stands_in_the_way_of_no_other_change() -> None:
    crowded = replace(training_class(), plan=plan(seats=40))
    assert change(crowded, {"venue": "Jl. Mangga 2"}, now=NOW).plan.seats == 40
    with pytest.raises(ValidationFailed):
        change(crowded, {"seats": 41}, now=NOW)
    assert change(crowded, {"seats": 30}, now=NOW).plan.seats == 30


def test_a_class_of_a_time_before_all_rules_is_judged_by_the_first() -> None:
    past = plan(meetings=(meeting(1, day=-4000),))
    assert faults_of(past) == ["/registration_closes"]
    window = {
        "registration_opens": NOW - timedelta(days=4010),
        "registration_closes": NOW - timedelta(days=4005),
    }
    assert faults_of(plan(meetings=past.meetings, **window)) == ["/meetings/0/starts_at"]


@given(code=st.sampled_from(sorted(REGENCIES)))
def test_an_offline_class_keeps_the_clock_of_its_venue_wherever_that_is(code: str) -> None:
    local = REGENCIES[code].zone
    made = schedule(
        course(),
        plan(regency=code, zone=local, meetings=two_days(10, hour=0)),
        class_id="c",
        now=NOW,
    )
    assert made.plan.zone == local


def test_a_new_class_starts_in_the_future() -> None:
    past = plan(
        meetings=(meeting(1, day=0, hour=3),),
        registration_closes=NOW - timedelta(hours=1),
        registration_opens=NOW - timedelta(days=2),
    )
    assert faults_of(past) == ["/meetings/0/starts_at"]


def refused(changes: dict[str, Any], *, days: float) -> list[str]:
    """Return what is refused of changes so many days after the class was scheduled."""
    with pytest.raises(ValidationFailed) as refusal:
        change(training_class(), changes, now=NOW + timedelta(days=days))
    return [error.pointer for error in refusal.value.errors]


def test_a_change_raises_the_version_and_keeps_the_rest() -> None:
    before = training_class()
    after = change(before, {"seats": 12}, now=NOW)
    assert after == replace(before, plan=replace(before.plan, seats=12), version=2)


def test_a_change_obeys_the_rules_of_a_new_class() -> None:
    assert refused({"seats": 31}, days=0) == ["/seats"]
    assert refused({"price": 1_500_001}, days=0) == ["/price"]
    assert refused({"link": "https://kelas.example"}, days=0) == ["/link"]
    assert refused({"meetings": two_days(2)}, days=0) == ["/registration_closes"]
    assert refused({"meetings": ()}, days=0) == ["/meetings"]


def test_meetings_are_not_made_shorter_once_registration_has_opened() -> None:
    first, second, test = training_class().plan.meetings
    shorter = replace(second, ends_at=second.ends_at - timedelta(minutes=30))
    longer = replace(test, ends_at=test.ends_at + timedelta(minutes=30))
    assert refused({"meetings": (first, shorter, longer)}, days=0) == ["/meetings"]
    later = training_class(registration_opens=NOW + timedelta(days=1))
    changed = change(later, {"meetings": (first, shorter, longer)}, now=NOW)
    assert changed.plan.meetings == (first, shorter, longer)


def test_the_price_stays_once_registration_has_closed() -> None:
    assert change(training_class(), {"price": 0}, now=NOW + timedelta(days=4)).plan.price == 0
    assert refused({"price": 0}, days=5) == ["/price"]


def test_the_opening_of_registration_stays_once_it_has_opened() -> None:
    assert refused({"registration_opens": NOW + timedelta(days=1)}, days=0) == [
        "/registration_opens"
    ]
    later = training_class(registration_opens=NOW + timedelta(days=1))
    moved = change(later, {"registration_opens": NOW + timedelta(days=2)}, now=NOW)
    assert moved.plan.registration_opens == NOW + timedelta(days=2)


def test_the_close_of_registration_can_be_moved_until_the_class_begins() -> None:
    changes = {"registration_closes": NOW + timedelta(days=7)}
    reopened = change(training_class(), changes, now=NOW + timedelta(days=6))
    assert reopened.plan.registration_closes == NOW + timedelta(days=7)
    assert refused(changes, days=10) == ["/registration_closes"]


def test_meetings_that_have_begun_stay_as_they_were() -> None:
    first, second, test = training_class().plan.meetings
    moved = change(
        training_class(),
        {"meetings": (first, meeting(2, day=12), test)},
        now=NOW + timedelta(days=10),
    )
    assert moved.plan.meetings[1] == meeting(2, day=12)
    assert (
        refused({"meetings": (meeting(1, day=10, hours=1), second, test)}, days=10)[0]
        == "/meetings"
    )


@pytest.mark.parametrize("days", [0, 13])
def test_a_class_can_be_cancelled_until_it_has_ended(days: int) -> None:
    cancelled = cancel(training_class(), reason="Instruktur sakit", now=NOW + timedelta(days=days))
    assert cancelled.status is ClassStatus.CANCELLED
    assert (cancelled.reason, cancelled.version) == ("Instruktur sakit", 2)


def test_a_class_that_is_over_stays_as_it_is() -> None:
    ended = NOW + timedelta(days=14)
    with pytest.raises(StateConflict, match="ended"):
        cancel(training_class(), reason="x", now=ended)
    with pytest.raises(StateConflict, match="ended"):
        change(training_class(), {"seats": 1}, now=ended)
    cancelled = cancel(training_class(), reason="x", now=NOW)
    with pytest.raises(StateConflict, match="cancelled"):
        cancel(cancelled, reason="y", now=NOW)
    with pytest.raises(StateConflict, match="cancelled"):
        change(cancelled, {"seats": 1}, now=NOW)


def test_a_closed_class_goes_on_and_can_be_changed() -> None:
    closed = close(training_class())
    assert (closed.status, closed.version) == (ClassStatus.CLOSED, 2)
    assert change(closed, {"venue": "Jl. Mangga 2"}, now=NOW).status is ClassStatus.CLOSED


@given(seats=st.integers(1, 30), held=st.integers(0, 60))
def test_seats_left_are_never_negative(seats: int, held: int) -> None:
    seen = replace(training_class(seats=seats), held=held)
    assert seen.seats_left == max(seats - held, 0)


def test_the_body_in_the_journal_tells_everything_that_enrolment_needs() -> None:
    body = class_body(training_class(regions=("17.71", "18")))
    assert body["class_id"] == "class"
    assert body["regions"] == ["17.71", "18"]
    assert body["starts_at"] == "2026-12-11T02:00:00.000000Z"
    assert body["ends_at"] == "2026-12-14T07:00:00.000000Z"
    assert body["registration_closes"] == "2026-12-06T03:00:00.000000Z"
    assert body["meetings"][2] == {
        "sequence": 999,
        "starts_at": "2026-12-14T02:00:00.000000Z",
        "ends_at": "2026-12-14T07:00:00.000000Z",
    }
    assert {
        "course_id",
        "course_title",
        "provider_id",
        "mode",
        "status",
        "price",
        "seats",
        "zone",
    } <= body.keys()
    assert (body["regency"], body["registration_opens"]) == ("17.71", "2026-11-30T03:00:00.000000Z")
