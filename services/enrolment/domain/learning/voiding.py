"""Voiding: an audit found that a result does not stand."""

from __future__ import annotations

from dataclasses import dataclass, replace

from chassis.problems import StateConflict
from services.enrolment.domain.money.movement import Account, Cause, Movement
from services.enrolment.domain.money.set_aside import released
from services.enrolment.domain.seats.enrolment import HAS_A_RESULT, Enrolment, EnrolmentState


@dataclass(frozen=True, slots=True)
class Voided:
    """A result that no longer stands, and the movement that returns to the State what was still set aside."""

    enrolment: Enrolment
    state_before: EnrolmentState
    movement: Movement | None

    @property
    def returned(self) -> int:
        """Return the rupiah that went back to the State."""
        return 0 if self.movement is None else self.movement.amount


def void(enrolment: Enrolment, *, still_set_aside: bool, movement_id: str) -> Voided:
    """Void a result. Raises `StateConflict` where the enrolment has none, or it was voided already."""
    if enrolment.state not in HAS_A_RESULT:
        raise StateConflict(
            "Only an enrolment with a result can be voided.", facts={"state": enrolment.state.value}
        )
    movement = None
    if still_set_aside and enrolment.price:
        movement = released(
            enrolment, to=Account.STATE, cause=Cause.VOIDING, movement_id=movement_id
        )
    return Voided(
        enrolment=replace(
            enrolment, state=EnrolmentState.VOIDED, holder_due_at=None, open_again_at=None
        ),
        state_before=enrolment.state,
        movement=movement,
    )
