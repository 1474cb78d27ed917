"""Fields that many of enrolment's calls take or show."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

from chassis.contract import Shown
from chassis.fields import Parsed, Strict, Text, Whole, says
from vocabulary import forms
from vocabulary.money import MAX_RUPIAH, check_rupiah
from vocabulary.nik import refuse_personal_number
from vocabulary.regions import regency

CLUSTERS = ("pmi", "tourism", "layoff", "affirmative")


def regency_code(value: Any) -> str:
    """Read a regency's code. Raises `ValueError` with the remedy."""
    return regency(value).code


def why(**options: Any) -> Text:
    """Take a reason, which the journal keeps for ever."""
    return Text(least=3, most=500, lines=True, check=refuse_personal_number, **options)


class ReasonGiven(Strict):
    """Why it is done. The log keeps it for ever."""

    reason = why(required=True)


def only_yes(value: Any) -> bool:
    """Take nothing but true. Raises `ValueError` with the remedy."""
    if value is not True:
        raise ValueError("Act only for a person who agreed to it, and say so with true.")
    return True


def consent(told: str, **options: Any) -> Parsed:
    """Take the word of whoever assists that the person agreed; `told` says to what. The log tells so."""
    form = {"type": "boolean", "const": True}
    return Parsed(only_yes, form=form, metadata=says(f"{told} The log tells so."), **options)


CONSENT_WITH_CARD = MappingProxyType(
    {"dependentRequired": {"card_number": ["consent"], "consent": ["card_number"]}}
)
"""Who names somebody's card says that the person agreed, and the other way round."""


def case_number(told: str) -> Text:
    """Take the number of a case; `told` says who sees it."""
    return Text(
        most=64,
        required=True,
        check=refuse_personal_number,
        metadata=says(f"Under which the evidence is kept; {told}."),
    )


def rupiah(description: str) -> Parsed:
    """Show an amount."""
    return Parsed(check_rupiah, form=forms.RUPIAH, metadata=says(description))


def balance(description: str) -> Whole:
    """Show what an account holds: below zero, what it has given."""
    return Whole(least=-MAX_RUPIAH, most=MAX_RUPIAH, metadata=says(description))


def position() -> Whole:
    """Show the number of the entry in the journal that tells of something."""
    told = (
        "The number of the entry in enrolment's journal that tells of this. A later entry has a larger one; auditors"
        " find it in `GET /api/v1/log/entries`."
    )
    return Whole(least=1, metadata=says(told))


class FieldFault(Shown):
    """One thing wrong with one field."""

    pointer = Text(least=0, most=500, metadata=says("Where it stands: a JSON pointer."))
    message = Text(most=500, metadata=says("What to do about it."))
