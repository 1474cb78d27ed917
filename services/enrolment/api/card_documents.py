"""What calls about cards take and answer."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

import marshmallow as ma

from chassis.contract import Shown, page_of
from chassis.fields import InstantField, OneOf, PageQuery, Parsed, Reference, Strict, Text, says
from services.enrolment.api.exclusion_case_documents import OwnCase
from services.enrolment.api.fields import case_number, regency_code, rupiah, why
from services.enrolment.api.incentive_documents import Incentive, NextSurvey
from services.enrolment.domain.money.movement import Account, Cause
from services.enrolment.domain.programme.card import CardState, Scheme
from vocabulary import forms
from vocabulary.nik import parse_card_number, parse_nik
from vocabulary.regions import region_code


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


class StatementQuery(PageQuery):
    """Which movements: all of the own card's."""


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


class RevocationRequest(NamesCard):
    """Which card is revoked, why, and in which case."""

    reason = why(required=True)
    case_number = case_number("the journal tells it")


class ErasureRequest(NamesCard):
    """Whose holder is erased, why, and in which case."""

    reason = why(required=True)
    case_number = case_number("the journal tells it")


class DomicileRequest(Strict):
    """Whose holder lives elsewhere now, where, and on what proof."""

    card_number = Parsed(parse_card_number, form=forms.CARD_NUMBER, required=True)
    regency = Parsed(regency_code, form=forms.REGENCY, required=True)
    reason = why(required=True)


class Card(Shown):
    """A card as its holder, or somebody who assists, sees it."""

    card_ref = Reference(metadata=says("By this the card is known everywhere; not its number."))
    status = OneOf(
        tuple(CardState),
        metadata=says(
            "`awarded`: nothing was bought yet. `in_training`: it has a running training, and buys no other unless the"
            " rules allow several. `between`: the last training has ended, and the next can be bought. `barred`: its"
            " holder is found on an exclusion list, and it buys nothing until that is decided. `revoked`: taken away."
            " `withdrawn`: it was awarded by mistake. `expired`, `exhausted`: its time ran out, with no training"
            " completed, or with one; until the worker has noted which of the two, it says expired. The last four are"
            " for good."
        ),
    )
    scheme = OneOf(
        tuple(Scheme), metadata=says("`digital` buys online classes, `offline` offline ones.")
    )
    balance = rupiah("What may still be spent.")
    deadline = InstantField(
        allow_none=True,
        metadata=says(
            "Until when a class has to be bought; null while no clock runs: in training, barred, or in a pause."
        ),
    )
    region = Parsed(
        region_code, form=forms.REGENCY, metadata=says("The regency where the holder lives.")
    )
    cluster = Text(most=32, allow_none=True, metadata=says("The target group, if any."))
    wave_id = Reference()
    awarded_at = InstantField()
    exclusion_cases = ma.fields.List(
        ma.fields.Nested(OwnCase),
        metadata=says("Where its holder was found on a list of people who may hold no card."),
    )
    incentives = ma.fields.List(
        ma.fields.Nested(Incentive),
        metadata=says("The earliest first; none is part of the balance."),
    )
    next_survey = ma.fields.Nested(
        NextSurvey, allow_none=True, metadata=says("Null where none is left.")
    )


class FoundCard(Card):
    """A card that was looked up, with who holds it."""

    name = Text()
    card_number = Parsed(parse_card_number, form=forms.CARD_NUMBER)


class MovedCard(Shown):
    """A card whose holder moved."""

    card_ref = Reference()
    region = Parsed(
        region_code, form=forms.REGENCY, metadata=says("The regency where the holder lives now.")
    )


class Movement(Shown):
    """Rupiah that went from one account to another; never edited, undone by an opposite movement."""

    id = Reference()
    cause = OneOf(tuple(Cause))
    from_ = OneOf(tuple(Account), data_key="from")
    to = OneOf(tuple(Account))
    amount = rupiah("How much.")
    enrolment_id = Reference(allow_none=True)
    class_id = Reference(allow_none=True)
    correction_id = Reference(allow_none=True)
    case_number = Text(
        most=64, allow_none=True, metadata=says("Of a correction: the case it was decided in.")
    )
    moved_at = InstantField()


Movements = page_of(Movement, name="Movements")
