"""How a course goes from draft to archive, and what of it may change on the way."""

from __future__ import annotations

from dataclasses import fields, replace
from functools import partial
from typing import Any

import pytest

from chassis.problems import StateConflict, ValidationFailed
from services.catalog.domain import courses
from services.catalog.domain.courses import CHANGEABLE, CourseDetails, CourseStatus
from tests.services.catalog.domain.examples import RULES, course

MOST = 3_500_000
change = partial(courses.change, rules=RULES)
decide = partial(courses.decide, rules=RULES)
draft = partial(courses.draft, rules=RULES)
submit = partial(courses.submit, rules=RULES)
DRAFT, SUBMITTED, PUBLISHED, RETURNED, ARCHIVED = CourseStatus


@pytest.mark.parametrize(
    ("details", "pointers"),
    [
        ({"hours": 14}, ["/hours"]),
        ({"hours": 5_001}, ["/hours"]),
        ({"price": MOST + 1}, ["/price"]),
        ({"price": -1}, ["/price"]),
        ({"hours": 1, "price": -1}, ["/hours", "/price"]),
    ],
)
def test_a_course_that_breaks_a_rule_is_refused_by_field(
    details: dict[str, Any], pointers: list[str]
) -> None:
    broken = course(status=DRAFT, **details)
    with pytest.raises(ValidationFailed) as refusal:
        draft(broken)
    assert [error.pointer for error in refusal.value.errors] == pointers


def test_a_course_is_as_long_as_the_rules_of_the_day_want_when_it_is_drafted_and_when_it_is_judged() -> (
    None
):
    early = replace(RULES, version="2020-04", least_hours=6)
    short = courses.draft(course(status=DRAFT, hours=6), rules=early)
    assert courses.submit(short, rules=early).status is SUBMITTED
    with pytest.raises(ValidationFailed) as refusal:
        submit(short)
    [error] = refusal.value.errors
    assert error.message == (
        "By the rules 2023-01 (length, least_hours) a training has at least 15 hours; this has 6."
        " Offer a longer course."
    )
    submitted = course(status=SUBMITTED, hours=6)
    with pytest.raises(ValidationFailed):
        decide(submitted, PUBLISHED, reason="Sesuai")
    assert decide(submitted, RETURNED, reason="Terlalu singkat").status is RETURNED


def test_a_course_costs_at_most_what_a_card_holds_by_the_rules_of_the_day() -> None:
    richer = replace(RULES, version="2028-01", training_balance=MOST + 500_000)
    dear = courses.draft(course(status=DRAFT, price=MOST + 500_000), rules=richer)
    assert courses.submit(dear, rules=richer).status is SUBMITTED
    with pytest.raises(ValidationFailed) as refusal:
        submit(dear)
    [error] = refusal.value.errors
    assert (error.pointer, error.message) == (
        "/price",
        "By the rules 2023-01 (benefit per person, training_balance) a card holds Rp3.500.000 for training;"
        " this costs Rp4.000.000. Ask at most Rp3.500.000.",
    )
    with pytest.raises(ValidationFailed):
        decide(course(status=SUBMITTED, price=MOST + 1), PUBLISHED, reason="Sesuai")


def test_the_bounds_are_allowed() -> None:
    assert draft(course(hours=15, price=MOST)).details.hours == 15
    assert draft(course(price=0)).details.price == 0


@pytest.mark.parametrize("status", [DRAFT, RETURNED])
def test_a_draft_and_a_returned_course_can_be_changed_and_submitted(status: CourseStatus) -> None:
    changed = change(course(status=status), {"title": "Las TIG"})
    assert (changed.details.title, changed.version, changed.status) == ("Las TIG", 2, status)
    assert submit(changed).status is SUBMITTED


@pytest.mark.parametrize("status", [SUBMITTED, PUBLISHED, ARCHIVED])
def test_a_course_is_submitted_once(status: CourseStatus) -> None:
    with pytest.raises(StateConflict):
        submit(course(status=status))


def test_a_change_obeys_the_rules_of_a_new_course() -> None:
    with pytest.raises(ValidationFailed):
        change(course(status=DRAFT), {"hours": 3})


@pytest.mark.parametrize("status", [SUBMITTED, PUBLISHED, ARCHIVED])
@pytest.mark.parametrize("name", [field.name for field in fields(CourseDetails)])
def test_what_the_operator_judged_stays_as_it_was_judged(status: CourseStatus, name: str) -> None:
    before = course(status=status)
    changes = {name: getattr(before.details, name)}
    if name in CHANGEABLE[status]:
        assert change(before, changes).version == 2
    else:
        with pytest.raises(StateConflict) as refusal:
            change(before, changes)
        assert [error.pointer for error in refusal.value.errors] == [f"/{name}"]


def test_the_summary_of_a_published_course_can_be_mended() -> None:
    mended = change(course(status=PUBLISHED), {"summary": "Mengelas."})
    assert mended.details.summary == "Mengelas."


@pytest.mark.parametrize(
    ("status", "decision"),
    [(SUBMITTED, PUBLISHED), (SUBMITTED, RETURNED), (PUBLISHED, ARCHIVED), (RETURNED, ARCHIVED)],
)
def test_the_operator_publishes_returns_and_archives(
    status: CourseStatus, decision: CourseStatus
) -> None:
    decided = decide(course(status=status), decision, reason="Sesuai")
    assert (decided.status, decided.reason, decided.version) == (decision, "Sesuai", 2)


@pytest.mark.parametrize(
    ("status", "decision"),
    [
        (status, decision)
        for status in CourseStatus
        for decision in (PUBLISHED, RETURNED, ARCHIVED)
        if (status, decision)
        not in [
            (SUBMITTED, PUBLISHED),
            (SUBMITTED, RETURNED),
            (PUBLISHED, ARCHIVED),
            (RETURNED, ARCHIVED),
        ]
    ],
)
def test_no_other_decision_is_possible(status: CourseStatus, decision: CourseStatus) -> None:
    with pytest.raises(StateConflict):
        decide(course(status=status), decision, reason="Sesuai")
