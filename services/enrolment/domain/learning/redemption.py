"""Redemption: the holder shows the code at the provider, and the training begins."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import replace

from chassis.problems import StateConflict
from services.enrolment.domain.seats.enrolment import Enrolment, EnrolmentState
from services.enrolment.domain.seats.training_class import TrainingClass
from vocabulary.refusals.learning import RedeemCodeWrong

_LENGTH = 10


def redeem_code(key: bytes, enrolment_id: str) -> str:
    """Return the code of an enrolment: ten letters and digits, derived and therefore never stored."""
    mac = hmac.new(key, b"redeem\x00" + enrolment_id.encode(), hashlib.sha256).digest()
    return base64.b32encode(mac).decode("ascii")[:_LENGTH]


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
    if not hmac.compare_digest(code.encode(), redeem_code(key, enrolment.enrolment_id).encode()):
        raise RedeemCodeWrong
    if enrolment.state is not EnrolmentState.CONFIRMED:
        raise StateConflict(
            "Only a confirmed enrolment can be redeemed.",
            facts={"state": enrolment.state.value},
        )
    return replace(enrolment, state=EnrolmentState.ACTIVE, holder_due_at=None)
