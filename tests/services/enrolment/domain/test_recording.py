"""Evidence is judged one by one: kept, repeated, in conflict or refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chassis.problems import Problem
from services.enrolment.domain.learning.evidence import (
    CLOCKS_DIFFER,
    MOST_OF_AN_ENROLMENT,
    Evidence,
    MakeUp,
)
from services.enrolment.domain.learning.recording import Kept, Known, Repeated, record_all
from services.enrolment.domain.seats.enrolment import Enrolment, EnrolmentState
from services.enrolment.domain.seats.training_class import FINAL_TEST, TrainingClass
from tests.services.enrolment.domain.builders import (
    DAY,
    HOUR,
    NOW,
    RULES,
    enrolment,
    evidence,
    held_class,
)

CLASS = held_class(3)
ACTIVE = enrolment(state=EnrolmentState.ACTIVE)


def known(
    *there: Evidence,
    of: TrainingClass = CLASS,
    about: Enrolment = ACTIVE,
    **changes: Any,
) -> Known:
    usual = Known(
        enrolments={about.enrolment_id: about},
        classes={"class-1": of},
        evidence={each.evidence_id: each for each in there},
        corrections={each.corrects: each.evidence_id for each in there if each.corrects},
        entries={},
        by_operator=False,
        rules=RULES,
        now=NOW,
    )
    return replace(usual, **changes)


def told(items: Sequence[Evidence | Problem], standing: Known | None = None) -> list[str]:
    """Return what became of each item, in a word."""
    return [
        outcome.code
        if isinstance(outcome, Problem)
        else ("kept" if isinstance(outcome, Kept) else "repeated")
        for outcome in record_all(items, standing or known())
    ]


def test_each_item_stands_or_falls_by_itself() -> None:
    items = [evidence(1), evidence(4), evidence(2)]
    assert told(items) == ["kept", "no-such-meeting", "kept"]


def test_the_same_again_is_a_repetition_and_something_else_under_its_id_a_conflict() -> None:
    first, other = evidence(1), evidence(1, present=False)
    assert told([first, first, other]) == ["kept", "repeated", "evidence-conflict"]
    assert told([first, other], known(first)) == ["repeated", "evidence-conflict"]


@pytest.mark.parametrize(
    "changes",
    [
        {"present": False},
        {"device_time": NOW + timedelta.resolution},
        {"sequence": 2},
        {"reason": "Lain"},
        {"make_up": MakeUp(NOW - HOUR, NOW)},
    ],
    ids=str,
)
def test_every_member_tells_evidence_apart(changes: dict[str, Any]) -> None:
    assert told([replace(evidence(1), **changes)], known(evidence(1))) == ["evidence-conflict"]


def test_of_an_enrolment_out_of_reach_nothing_is_told() -> None:
    assert told([evidence(1, enrolment_id="another")]) == ["not-found"]


@pytest.mark.parametrize("sequence", [0, 4, 998])
def test_only_meetings_of_the_class_are_attended(sequence: int) -> None:
    assert told([evidence(sequence)]) == ["no-such-meeting"]


def test_a_final_test_is_sat_whether_or_not_it_has_a_day() -> None:
    assert told([evidence(FINAL_TEST)]) == ["kept"]
    dated = known(of=held_class(3, has_final_test=True))
    assert told([evidence(FINAL_TEST), evidence(3)], dated) == ["kept", "no-such-meeting"]


def test_nothing_is_told_of_a_meeting_that_has_not_begun_by_the_servers_clock() -> None:
    begins = CLASS.sittings[1].starts_at
    early = known(now=begins - timedelta.resolution)
    item = evidence(2, device_time=begins)
    assert told([item], early) == ["meeting-not-held"]
    assert told([item], known(now=begins)) == ["kept"]


def test_a_clock_that_is_a_day_off_is_taken_as_it_is_and_one_that_is_further_off_is_not() -> None:
    begins = CLASS.sittings[0].starts_at
    bounds = [begins - CLOCKS_DIFFER, NOW + CLOCKS_DIFFER]
    beyond = [bounds[0] - timedelta.resolution, bounds[1] + timedelta.resolution]
    within = [evidence(1, evidence_id=str(at), device_time=at) for at in bounds]
    assert told(within) == ["kept", "kept"]
    assert told([evidence(1, device_time=at) for at in beyond]) == ["device-time-impossible"] * 2


def test_a_make_up_comes_after_its_meeting_lasts_a_day_at_most_and_ends_before_the_result_is_due() -> (
    None
):
    ended = CLASS.sittings[0].ends_at
    due = NOW + DAY
    about = replace(ACTIVE, provider_due_at=due)

    def made_up(begins: Any, ends: Any, sequence: int = 1) -> list[str]:
        item = evidence(sequence, make_up=MakeUp(begins, ends))
        return told([item], known(about=about))

    out = ["make-up-out-of-bounds"]
    assert made_up(ended, ended + HOUR) == ["kept"]
    assert made_up(ended - timedelta.resolution, ended + HOUR) == out
    assert made_up(NOW - HOUR, due - DAY + 23 * HOUR) == ["kept"]
    assert made_up(NOW, due) == ["kept"]
    assert made_up(NOW, due + timedelta.resolution) == out
    assert made_up(ended, ended + DAY + timedelta.resolution) == out
    assert made_up(NOW + HOUR, due) == ["meeting-not-held"]
    assert made_up(ended, ended + HOUR, FINAL_TEST) == out


def correction(of: str, name: str = "correction", sequence: int = 1) -> Evidence:
    return evidence(sequence, evidence_id=name, present=False, corrects=of, reason="Salah orang")


def test_a_correction_names_evidence_of_the_same_enrolment_and_meeting() -> None:
    assert told([correction("evidence-1")], known(evidence(1))) == ["kept"]
    assert told([correction("nothing")]) == ["evidence-not-found"]
    of_another = known(evidence(1, enrolment_id="another"))
    assert told([correction("evidence-1")], of_another) == ["evidence-not-found"]
    other_meeting = correction("evidence-1", sequence=2)
    assert told([other_meeting], known(evidence(1))) == ["evidence-not-found"]


def test_evidence_is_corrected_once_and_the_correction_can_be_corrected() -> None:
    first = [evidence(1), correction("evidence-1"), correction("evidence-1", "second")]
    assert told(first) == ["kept", "kept", "evidence-corrected"]
    chained = [*first[:2], correction("correction", "third")]
    assert told(chained) == ["kept", "kept", "kept"]
    stored = known(evidence(1), correction("evidence-1"))
    assert told([correction("evidence-1", "second")], stored) == ["evidence-corrected"]


@pytest.mark.parametrize(
    "state",
    [
        EnrolmentState.COMPLETED,
        EnrolmentState.INCOMPLETE,
        EnrolmentState.NO_SHOW,
        EnrolmentState.VOIDED,
    ],
)
def test_what_comes_after_the_result_is_kept_and_does_not_count(state: EnrolmentState) -> None:
    [kept] = record_all([evidence(1)], known(about=enrolment(state=state)))
    assert isinstance(kept, Kept)
    assert not kept.counts


@pytest.mark.parametrize("state", [EnrolmentState.CONFIRMED, EnrolmentState.ACTIVE])
def test_what_comes_before_it_counts_also_where_the_code_was_not_shown_yet(
    state: EnrolmentState,
) -> None:
    [kept] = record_all([evidence(1)], known(about=enrolment(state=state)))
    assert isinstance(kept, Kept)
    assert kept.counts


def test_nobody_attends_by_a_cancelled_enrolment_or_in_a_class_that_was_called_off() -> None:
    cancelled = known(about=enrolment(state=EnrolmentState.CANCELLED))
    assert told([evidence(1)], cancelled) == ["state-conflict"]
    assert told([evidence(1)], known(of=held_class(status="cancelled"))) == ["state-conflict"]


def test_an_operator_says_why() -> None:
    operator = known(by_operator=True)
    assert told([evidence(1)], operator) == ["validation-failed"]
    assert told([evidence(1, reason="LPK tutup")], operator) == ["kept"]


def test_only_so_many_entries_are_kept_of_one_enrolment() -> None:
    full = known(entries={"enrolment-1": MOST_OF_AN_ENROLMENT - 1})
    assert told([evidence(1), evidence(2)], full) == ["kept", "evidence-too-much"]


def test_a_repetition_is_told_even_where_nothing_more_would_be_kept() -> None:
    full = known(evidence(1), entries={"enrolment-1": MOST_OF_AN_ENROLMENT})
    [again] = record_all([evidence(1)], full)
    assert isinstance(again, Repeated)
