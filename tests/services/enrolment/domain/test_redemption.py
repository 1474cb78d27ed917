"""The redeem code: only who was given it can begin the training, and only once."""

from __future__ import annotations

import re

import pytest

from chassis.problems import StateConflict
from services.enrolment.domain.learning.redemption import (
    redeem,
    redeem_code,
    refuse_called_off,
)
from services.enrolment.domain.seats.enrolment import EnrolmentState
from tests.services.enrolment.domain.builders import enrolment, training_class
from vocabulary.refusals.learning import RedeemCodeWrong

KEY = b"k" * 32
CODE = redeem_code(KEY, "enrolment-1")


def test_the_right_code_begins_the_training() -> None:
    redeemed = redeem(enrolment(), code=CODE, key=KEY)
    assert (redeemed.state, redeemed.live_slot) == (EnrolmentState.ACTIVE, 1)


def test_no_training_begins_in_a_class_that_was_called_off() -> None:
    refuse_called_off(training_class())
    with pytest.raises(StateConflict, match="called off"):
        refuse_called_off(training_class(status="cancelled"))


def test_a_code_can_be_read_out_and_typed() -> None:
    assert re.fullmatch(r"[A-Z2-7]{10}", CODE)


def test_every_enrolment_and_every_key_has_a_code_of_its_own() -> None:
    codes = {redeem_code(KEY, f"enrolment-{n}") for n in range(100)}
    assert len(codes | {redeem_code(b"x" * 32, "enrolment-1")}) == 101


@pytest.mark.parametrize(
    "wrong", ["", CODE[:-1], CODE + "A", CODE.lower(), redeem_code(KEY, "enrolment-2"), "ÄÖÜ"]
)
def test_a_wrong_code_is_refused(wrong: str) -> None:
    with pytest.raises(RedeemCodeWrong):
        redeem(enrolment(), code=wrong, key=KEY)


@pytest.mark.parametrize("state", [s for s in EnrolmentState if s is not EnrolmentState.CONFIRMED])
def test_only_a_confirmed_enrolment_can_be_redeemed(state: EnrolmentState) -> None:
    with pytest.raises(StateConflict) as refusal:
        redeem(enrolment(state=state), code=CODE, key=KEY)
    assert refusal.value.facts == {"state": state.value}


def test_a_wrong_code_tells_nothing_about_the_state() -> None:
    with pytest.raises(RedeemCodeWrong):
        redeem(enrolment(state=EnrolmentState.ACTIVE), code="AAAAAAAAAA", key=KEY)
