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
from services.enrolment.domain.programme.wave import Selection
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


def only_yes(value: Any) -> bool:
    """Take nothing but true. Raises `ValueError` with the remedy."""
    if value is not True:
        raise ValueError("Act only for a person who agreed to it, and say so with true.")
    return True


def consent(told: str, **options: Any) -> Parsed:
    """Take the word of whoever assists that the person agreed; `told` says to what. The log tells so."""
    form = {"type": "boolean", "const": True}
    return Parsed(only_yes, form=form, metadata=says(f"{told} The log tells so."), **options)


class WavesQuery(PageQuery):
    """Which waves: all of them."""


class StatementQuery(PageQuery):
    """Which movements: all of the own card's."""


class EnrolmentsQuery(PageQuery):
    """Which enrolments."""

    class_id = Reference(load_default=None)
    status = OneOf(tuple(state.value for state in EnrolmentState), load_default=None)


class EnrolmentRequest(Strict):
    """A seat for a card; officers and operators name the card by its number, and say that its holder agreed."""

    BESIDES = MappingProxyType(
        {"dependentRequired": {"card_number": ["consent"], "consent": ["card_number"]}}
    )

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
    consent = consent(
        "Only from officers and operators: the person agreed to this class and price."
    )


def only_ascii(text: str) -> None:
    """Refuse what may be written in several ways. Raises `ValueError` with the remedy."""
    if not text.isascii():
        raise ValueError(
            "Send ASCII characters only: letters, digits and signs of an English keyboard."
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
    """A wave, its window, and how it chooses."""

    BESIDES = MappingProxyType(
        {
            "anyOf": [
                {
                    "properties": {"selection": {"const": Selection.DRAW.value}},
                    "required": ["selection", "outside_source"],
                },
                {
                    "properties": {"selection": {"const": Selection.FIRST_COME.value}},
                    "not": {"required": ["outside_source"]},
                },
            ]
        }
    )

    name = Text(most=120, required=True, check=refuse_personal_number)
    opens_at = InstantField(required=True)
    closes_at = InstantField(required=True)
    selection = OneOf(
        tuple(selection.value for selection in Selection),
        load_default=Selection.FIRST_COME.value,
        metadata=says(
            "`first-come` admits candidates as they are sent; `draw` takes applications in the window and admits in a"
            " drawn order."
        ),
    )
    outside_source = Text(
        most=500,
        check=refuse_personal_number,
        metadata=says(
            "Only of a draw: which random value of somebody else's it will take, such that nobody can choose one:"
            " `drand quicknet, the first round after 20:00 UTC on the day after the window closes`."
        ),
    )

    @ma.validates_schema
    def check_window(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse a window that ends before it starts."""
        refuse_empty_span(data, "opens_at", "closes_at")

    @ma.validates_schema
    def check_source(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse a draw that does not say where its outside value comes from, and another wave that does."""
        draws = data["selection"] == Selection.DRAW.value
        if draws and "outside_source" not in data:
            raise ma.ValidationError(
                "Say where the draw's outside value comes from.", "outside_source"
            )
        if not draws and "outside_source" in data:
            raise ma.ValidationError(
                "Remove this: only a draw has an outside value.", "outside_source"
            )


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


class ApplicationRequest(CandidateRow):
    """A person who wants a card, and that the person agreed to this application."""

    consent = consent(
        "The person agreed that you apply, and that what stands here is kept until the draw.",
        required=True,
    )


class ApplicationLookup(Strict):
    """The id that was given with an application."""

    application_id = Reference(required=True)


class WithdrawalRequest(Strict):
    """Why an application is withdrawn, and that the person agreed to that."""

    reason = why(required=True)
    consent = consent("The person agreed to take no part in this draw.", required=True)


class OutsideValueRequest(Strict):
    """What the announced source published, and where it stands for everybody to see."""

    value = Text(
        most=200,
        check=only_ascii,
        required=True,
        metadata=says("Exactly as the source has it: the order hangs on every character."),
    )
    source = Text(
        most=500,
        check=refuse_personal_number,
        required=True,
        metadata=says("Its address, or where it was printed."),
    )
    published_at = InstantField(
        required=True,
        metadata=says("When the source published it: after the list of applications was."),
    )


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
