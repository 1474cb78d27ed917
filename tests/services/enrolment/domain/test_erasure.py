"""What has to be over before a person is erased, and what of a file goes with the person."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.problems import StateConflict
from services.enrolment.domain.csv_lines import Unreadable, Values
from services.enrolment.domain.exclusion.bar import bar
from services.enrolment.domain.programme.admission_file import (
    RowResult,
    count_admitted,
    without_cards,
)
from services.enrolment.domain.programme.candidate_lines import ERASED, CandidateLine, without
from services.enrolment.domain.programme.card import LIVE_STATES, CardState
from services.enrolment.domain.programme.ending import OVER
from services.enrolment.domain.programme.erasure import check_erasure
from tests.services.enrolment.domain.builders import NOW, card

NIK = "3273010205900001"
VALUES = (NIK, "3273011010100001", "Sari", "1990-05-02", "32.73", "", "digital")


@pytest.mark.parametrize("state", OVER)
def test_who_holds_no_card_any_more_is_erased(state: CardState) -> None:
    cards = [card(state=state), card("card-2", state=OVER[0])]
    check_erasure(cards, going_on={}, now=NOW)


@pytest.mark.parametrize("state", sorted(LIVE_STATES - {CardState.BARRED}))
def test_no_card_of_the_person_may_go_on(state: CardState) -> None:
    with pytest.raises(StateConflict) as refused:
        check_erasure([card(state=OVER[0]), card("card-2", state=state)], going_on={}, now=NOW)
    assert refused.value.facts == {"state": state.value}


def test_of_a_card_whose_time_has_just_run_out_no_revocation_is_asked_for() -> None:
    """It would be refused."""
    with pytest.raises(StateConflict, match="Send this again") as refused:
        check_erasure([card(deadline=NOW)], going_on={}, now=NOW)
    assert refused.value.facts == {"state": "expired"}


def test_of_a_barred_card_the_case_that_bars_it_is_named() -> None:
    """A revocation under another number would be refused before that is decided."""
    with pytest.raises(StateConflict, match="case-1") as refused:
        check_erasure([bar(card(), now=NOW)], going_on={"card-1": "case-1"}, now=NOW)
    assert refused.value.facts == {"state": "barred"}


def test_every_state_is_either_over_or_goes_on() -> None:
    assert {*OVER, *LIVE_STATES} == {*CardState}


def test_an_exclusion_case_is_decided_before_its_holder_is_erased() -> None:
    for state in OVER:
        with pytest.raises(StateConflict, match="Exclusion case case-1"):
            check_erasure([card(state=state)], going_on={"card-1": "case-1"}, now=NOW)


@pytest.mark.parametrize(
    "spelt",
    [
        NIK,
        f" {NIK}",
        "327301 020590 0001",
        "3273-0102-0590-0001",
        "3273.0102.0590.0001",
        f"NIK {NIK}",
    ],
)
def test_a_line_that_names_the_person_is_emptied_however_the_number_is_spelt(spelt: str) -> None:
    lines = [CandidateLine(2, (spelt, *VALUES[1:])), CandidateLine(3, VALUES[1:])]
    assert without(lines, NIK) == [CandidateLine(2, ERASED), lines[1]]


@given(
    st.lists(
        st.one_of(
            st.sampled_from(Unreadable), st.lists(st.text(max_size=20), max_size=8).map(tuple)
        ),
        max_size=6,
    )
)
def test_lines_that_do_not_name_the_person_stay_as_they_are(
    values: list[Values],
) -> None:
    lines = [CandidateLine(number, each) for number, each in enumerate(values, start=2)]
    assert without(lines, NIK) == lines


def test_digits_of_two_values_are_no_number() -> None:
    lines = [CandidateLine(2, (NIK[:8], NIK[8:]))]
    assert without(lines, NIK) == lines


def test_results_lose_the_numbers_of_some_cards_and_keep_their_lines() -> None:
    results = [
        RowResult(2, card_number="8100000000000017"),
        RowResult(3, code="nik-already-held", detail="…"),
        RowResult(4, card_number="8100000000000025"),
    ]
    after = without_cards(results, {"8100000000000017"})
    assert [(each.line, each.card_number) for each in after] == [
        (2, None),
        (3, None),
        (4, "8100000000000025"),
    ]
    assert after[1:] == results[1:]
    assert after[0].code == "erased"
    assert count_admitted(after) == 1
