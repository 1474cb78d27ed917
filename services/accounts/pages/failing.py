"""What a form says where it is not taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from chassis.pages.declaring import ShowPage
from chassis.pages.texts import Message, say
from services.accounts.domain.people.names import Name
from services.accounts.domain.people.passwords import Fault, fault_of, least_length
from services.accounts.pages.way_on import page_on_the_way

Errors = list[tuple[str, Message]]
"""What is wrong: the field, or nothing where it is the whole form, and what to do about it."""

NOT_A_CARD_NUMBER = say("Type the 16 digits that stand on the card.")
NOT_A_NIK = say("Type the 16 digits of your NIK, as on your identity card.")
NOT_AN_EMAIL = say("Type an e-mail address, such as name@example.org.")
NO_PASSWORD = say("Type your password.")
NO_CODE = say("Type the code.")
WRONG_CODE = say(
    "This code is not right, or it cannot be used any more. After five attempts you need a new one."
)
WRONG_HANDED_CODE = say(
    "This code does not belong to that, or it cannot be used any more. See whether both are typed right, or ask for a"
    " new code."
)
_FAULTS: Mapping[Fault, Message] = {
    Fault.TOO_LONG: say("Choose a password of at most 128 characters."),
    Fault.COMMON: say(
        "Many people use this password, so it is guessed first. Choose another: three or four words that have"
        " nothing to do with each other are good."
    ),
    Fault.NUMBER: say(
        "Do not use a NIK, a card number, a date of birth or a telephone number. Choose another password."
    ),
    Fault.OWN_NAME: say("Choose a password without the name in your e-mail address."),
}


def password_errors(password: str, *, role: str, name: Name | None, field: str) -> Errors:
    """Return what is wrong with a password that somebody chooses."""
    fault = fault_of(password, role=role, name=name)
    if fault is None:
        return []
    if fault is Fault.TOO_SHORT:
        short = say("Choose a password of at least %(least)s characters.", least=least_length(role))
        return [(field, short)]
    return [(field, _FAULTS[fault])]


def too_many(template: str, values: Mapping[str, Any], *, seconds: int) -> ShowPage:
    """Show a form again to whoever tried too often, with what to do instead."""
    error = say(
        "Too many attempts. Try again in %(minutes)s min.",
        minutes=max(1, -(-seconds // 60)),
    )
    page = page_on_the_way(template, {**values, "errors": [("", error)]}, status=429)
    return replace(page, headers=(("Retry-After", str(seconds)),))
