"""In whose name a call is made: a holder's own, or that of a person who is assisted and agreed to it."""

from __future__ import annotations

from chassis.calls import Call
from chassis.problems import FieldError, ValidationFailed
from services.enrolment.domain.assistance import assists

_ASSISTING = {
    "card_number": "Name the card of the person you assist.",
    "consent": "Ask the person whom you assist, and say with true that they agreed.",
}


def assisted_card_number(call: Call) -> str | None:
    """Return the number of the card of the person who is assisted and agreed; None where a holder acts.

    Raises `ValidationFailed`, before anything is looked up, naming what is missing of somebody who assists and what a
    holder does not send.
    """
    assisting = assists(call.caller.role)
    faults = [
        FieldError(f"/{name}", told if assisting else "Leave it out: you act for yourself.")
        for name, told in _ASSISTING.items()
        if (name in call.body) is not assisting
    ]
    if faults:
        raise ValidationFailed(errors=faults)
    number: str | None = call.body.get("card_number")
    return number
