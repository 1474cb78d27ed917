"""What enrolment's calls take."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

import marshmallow as ma

from chassis.composed_fields import JudgedByItself
from chassis.fields import (
    InstantField,
    OneOf,
    PageQuery,
    Parsed,
    Reference,
    Strict,
    Text,
    refuse_empty_span,
    says,
)
from services.enrolment.domain.programme.card import Scheme
from services.enrolment.domain.seats.enrolment import EnrolmentState
from vocabulary import forms
from vocabulary.dates import parse_date
from vocabulary.money import check_rupiah
from vocabulary.nik import (
    parse_card_number,
    parse_family_card,
    parse_nik,
    refuse_personal_number,
)
from vocabulary.regions import regency

MOST_CANDIDATES = 1_000
CLUSTERS = ("pmi", "tourism", "layoff", "affirmative")


def regency_code(value: Any) -> str:
    """Read a regency's code. Raises `ValueError` with the remedy."""
    return regency(value).code


class WavesQuery(PageQuery):
    """Which waves: all of them."""


class StatementQuery(PageQuery):
    """Which movements: all of the own card's."""


class EnrolmentsQuery(PageQuery):
    """Which enrolments."""

    class_id = Reference(load_default=None)
    status = OneOf(tuple(state.value for state in EnrolmentState), load_default=None)


class EnrolmentRequest(Strict):
    """A seat for a card; officers and operators name the card by its number."""

    class_id = Reference(required=True)
    expected_price = Parsed(
        check_rupiah,
        form=forms.RUPIAH,
        required=True,
        metadata=says("The price the holder was shown, in rupiah."),
    )
    card_number = Parsed(
        parse_card_number,
        form=forms.CARD_NUMBER,
        metadata=says("Only from officers and operators: the card of the person they assist."),
    )


def why(**options: Any) -> Text:
    """Take a reason, which the journal keeps for ever."""
    return Text(least=3, most=500, lines=True, check=refuse_personal_number, **options)


def case_number(told: str) -> Text:
    """Take the number of a case; `told` says who sees it."""
    return Text(
        most=64,
        required=True,
        check=refuse_personal_number,
        metadata=says(f"Under which the evidence is kept; {told}."),
    )


class NamesCard(Strict):
    """A card, by its number or by the reference that stands for it."""

    BESIDES = MappingProxyType(
        {"oneOf": [{"required": ["card_number"]}, {"required": ["card_ref"]}]}
    )

    card_number = Parsed(parse_card_number, form=forms.CARD_NUMBER)
    card_ref = Reference()

    @ma.validates_schema
    def check_card(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse none and both of the two names of a card."""
        if ("card_number" in data) == ("card_ref" in data):
            raise ma.ValidationError("Send either card_number or card_ref.", "card_number")


class RevocationRequest(NamesCard):
    """Which card is revoked, why, and in which case."""

    reason = why(required=True)
    case_number = case_number("the journal tells it")


class DomicileRequest(Strict):
    """Whose holder lives elsewhere now, where, and on what proof."""

    card_number = Parsed(parse_card_number, form=forms.CARD_NUMBER, required=True)
    regency = Parsed(regency_code, form=forms.REGENCY, required=True)
    reason = why(required=True)


class CancellationRequest(Strict):
    """Why a seat is given back."""

    reason = why(required=True)


class RosterQuery(Strict):
    """Why the names of a class are read."""

    reason = why(
        load_default=None, metadata=says("Needed from operators, who do not teach the class.")
    )


class RedemptionRequest(Strict):
    """The code the holder was given."""

    redeem_code = Text(most=32, required=True)


class WaveRequest(Strict):
    """A wave and its window."""

    name = Text(most=120, required=True, check=refuse_personal_number)
    opens_at = InstantField(required=True)
    closes_at = InstantField(required=True)

    @ma.validates_schema
    def check_window(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse a window that ends before it starts."""
        refuse_empty_span(data, "opens_at", "closes_at")


class CandidateRow(Strict):
    """One candidate."""

    nik = Parsed(
        lambda value: parse_nik(value, allow_test_numbers=True),
        form=forms.NIK,
        required=True,
        metadata=says(
            "National identity number: sixteen digits that hold a possible date of birth. One that ends in 0000, as in"
            " the examples, is issued to nobody: only a developer's machine takes it, production refuses the row."
        ),
    )
    family_card = Parsed(parse_family_card, form=forms.FAMILY_CARD, required=True)
    name = Text(most=120, required=True)
    birth_date = Parsed(parse_date, form=forms.DATE, required=True)
    regency = Parsed(regency_code, form=forms.REGENCY, required=True)
    cluster = OneOf(CLUSTERS, load_default=None, allow_none=True)
    scheme = OneOf(tuple(scheme.value for scheme in Scheme), required=True)


class AdmissionsRequest(Strict):
    """Up to 1,000 candidates; each row is judged by itself, and so read by itself once the body is strict JSON."""

    candidates = ma.fields.List(
        JudgedByItself(CandidateRow),
        required=True,
        validate=ma.validate.Length(
            1, MOST_CANDIDATES, error=f"Send 1 to {MOST_CANDIDATES} candidates at once."
        ),
    )


class CardLookup(Strict):
    """One of the two numbers by which an officer finds a card, and why it is looked up."""

    BESIDES = MappingProxyType({"oneOf": [{"required": ["card_number"]}, {"required": ["nik"]}]})

    card_number = Parsed(parse_card_number, form=forms.CARD_NUMBER)
    nik = Parsed(lambda value: parse_nik(value, allow_test_numbers=True).number, form=forms.NIK)
    reason = why(required=True)

    @ma.validates_schema
    def check_one(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse none and both."""
        if ("card_number" in data) == ("nik" in data):
            raise ma.ValidationError("Send either card_number or nik.", "card_number")
