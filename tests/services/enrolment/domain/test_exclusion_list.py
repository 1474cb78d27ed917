"""Versions of a list: what can be done with one in each state, and what a preview stands for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from chassis.problems import StateConflict
from services.enrolment.domain.exclusion.exclusion_list import ExclusionList, ListState
from vocabulary.refusals.admission import PreviewOutdated

LIST = ExclusionList("list-2", "student", 2, "Kemdikbud", date(2026, 11, 1), "Semester ganjil")
READY = replace(LIST, state=ListState.READY)


def allowed(act: Callable[[ExclusionList], None]) -> set[ListState]:
    """Return the states in which something can be done."""

    def may(state: ListState) -> bool:
        try:
            act(replace(LIST, state=state))
        except StateConflict:
            return False
        return True

    return {state for state in ListState if may(state)}


def test_a_file_is_taken_once() -> None:
    assert allowed(ExclusionList.check_file) == {ListState.AWAITED}


def test_rows_are_kept_only_while_a_file_comes() -> None:
    assert allowed(ExclusionList.check_receiving) == {ListState.RECEIVING}


def test_only_what_is_there_as_a_whole_can_be_put_in_force() -> None:
    preview = LIST.preview(None)
    activate = allowed(lambda one: one.check_activation(preview=preview, in_force=None))
    assert activate == allowed(ExclusionList.check_preview) == {ListState.READY}


def test_what_was_superseded_or_taken_back_is_not_taken_back_again() -> None:
    withdrawable = allowed(lambda one: one.check_withdrawal(None))
    assert withdrawable == {ListState.AWAITED, ListState.READY, ListState.IN_FORCE}


def test_a_preview_stands_for_this_version_in_the_place_of_that_one() -> None:
    READY.check_activation(preview=READY.preview("list-1"), in_force="list-1")
    for preview in (
        READY.preview(None),
        READY.preview("list-0"),
        replace(READY, list_id="list-3").preview("list-1"),
    ):
        with pytest.raises(PreviewOutdated):
            READY.check_activation(preview=preview, in_force="list-1")


def test_a_version_cannot_be_taken_back_to_one_that_is_destroyed() -> None:
    before = replace(LIST, list_id="list-1", state=ListState.SUPERSEDED)
    in_force = replace(LIST, state=ListState.IN_FORCE)
    in_force.check_withdrawal(before)
    with pytest.raises(StateConflict) as refused:
        in_force.check_withdrawal(replace(before, forgotten=True))
    assert refused.value.facts == {"state": "forgotten"}
