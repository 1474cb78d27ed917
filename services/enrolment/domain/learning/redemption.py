"""Redemption: the holder shows the code at the provider, and the training begins."""

from __future__ import annotations

from dataclasses import replace

from chassis.derived_code import derived_code, is_code
from chassis.problems import StateConflict
from services.enrolment.domain.seats.enrolment import Enrolment, EnrolmentState
from services.enrolment.domain.seats.training_class import TrainingClass
from vocabulary.refusals.learning import RedeemCodeWrong


def redeem_code(key: bytes, enrolment_id: str) -> str:
    """Return the code of an enrolment: ten letters and digits, derived and therefore never stored."""
    return derived_code(key, "redeem", enrolment_id)


def refuse_called_off(training_class: TrainingClass) -> None:
    """Refuse to begin a training in a class that will not be held. Raises `StateConflict`."""
    if training_class.is_cancelled:
        raise StateConflict(
            "The class was called off. Seat, money and time come back by themselves in a moment.",
            facts={"state": training_class.status},
        )


def redeem(enrolment: Enrolment, *, code: str, key: bytes) -> Enrolment:
    """Begin the training of a confirmed enrolment.

    Raises `RedeemCodeWrong` for a wrong code, `StateConflict` where the enrolment is not confirmed.
    """
    if not is_code(code, redeem_code(key, enrolment.enrolment_id)):
        raise RedeemCodeWrong
    if enrolment.state is not EnrolmentState.CONFIRMED:
        raise StateConflict(
            "Only a confirmed enrolment can be redeemed.",
            facts={"state": enrolment.state.value},
        )
    return replace(enrolment, state=EnrolmentState.ACTIVE, holder_due_at=None)
