"""Undoing an admission: which cards can be taken back, until when, and by whom it was seen before."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chassis.problems import Problem
from services.enrolment.domain.programme.card import CardState
from services.enrolment.domain.programme.undo import (
    Admission,
    UndoPlan,
    WhyKept,
    check_undo,
    plan_undo,
)
from tests.services.enrolment.domain.builders import BALANCE, DAY, NOW, card

FIRST, SECOND, THIRD, FOURTH = (card(f"card-{number}") for number in range(1, 5))


def admission(**changes: Any) -> Admission:
    usual = Admission("admission-1", "wave-1", NOW - DAY / 2, "operator:rina", cards=4)
    return replace(usual, **changes)


def test_unused_cards_are_withdrawn_and_used_ones_stay_with_the_reason() -> None:
    changed = replace(FOURTH, state=CardState.REVOKED)
    plan = plan_undo(
        [changed, THIRD, SECOND, FIRST], enrolled={"card-2"}, moved={"card-2", "card-3"}
    )
    assert plan.withdrawn == (FIRST,)
    assert plan.amount == BALANCE
    assert plan.kept == (
        ("card-2", WhyKept.ENROLMENT_EXISTS),
        ("card-3", WhyKept.MONEY_MOVED),
        ("card-4", WhyKept.STATE_CHANGED),
    )


def plans() -> list[UndoPlan]:
    return [
        plan_undo([FIRST, SECOND], enrolled=(), moved=()),
        plan_undo([FIRST], enrolled=(), moved=()),
        plan_undo([FIRST, SECOND], enrolled={"card-2"}, moved=()),
        plan_undo([FIRST, SECOND], enrolled=(), moved={"card-2"}),
        plan_undo([FIRST, replace(SECOND, balance=BALANCE - 1)], enrolled=(), moved=()),
    ]


def test_each_thing_that_could_happen_has_a_preview_of_its_own() -> None:
    assert len({plan.preview for plan in plans()}) == len(plans())
    turned = plan_undo([SECOND, FIRST], enrolled=(), moved=())
    assert turned.preview == plans()[0].preview


@pytest.mark.parametrize(
    ("changes", "plan", "preview", "code"),
    [
        ({}, 0, 0, None),
        ({}, 0, 2, "preview-outdated"),
        ({"admitted_at": NOW - DAY}, 0, 0, "undo-too-late"),
        ({"admitted_at": NOW - DAY + timedelta.resolution}, 0, 0, None),
        ({"undone_at": NOW - DAY / 4}, 0, 0, "state-conflict"),
        ({"undone_at": NOW - DAY, "admitted_at": NOW - 2 * DAY}, 0, 2, "state-conflict"),
    ],
)
def test_an_undo_is_carried_out_once_within_a_day_as_it_was_previewed(
    changes: dict[str, Any], plan: int, preview: int, code: str | None
) -> None:
    known = plans()
    told = None
    try:
        check_undo(admission(**changes), known[plan], preview=known[preview].preview, now=NOW)
    except Problem as refusal:
        told = refusal.code
    assert told == code


def test_where_every_card_was_used_there_is_nothing_to_undo() -> None:
    plan = plan_undo([FIRST], enrolled={"card-1"}, moved=())
    with pytest.raises(Problem) as refused:
        check_undo(admission(), plan, preview=plan.preview, now=NOW)
    assert refused.value.facts == {"state": "used"}
