"""What the call that admits candidates takes and answers."""

from __future__ import annotations

import marshmallow as ma

from chassis.composed_fields import JudgedByItself
from chassis.contract import Shown
from chassis.fields import OneOf, Parsed, Reference, Strict, Text, Whole, says
from services.enrolment.api.fields import CLUSTERS, FieldFault, regency_code
from services.enrolment.domain.programme.card import Scheme
from vocabulary import forms
from vocabulary.dates import parse_date
from vocabulary.nik import parse_card_number, parse_family_card, parse_nik
from vocabulary.refusals.admission import (
    AdmissionsPaused,
    AgeOutsideRules,
    BirthDateImpossible,
    FamilyCardUsedUp,
    NikAlreadyHeld,
    QuotaFull,
)
from vocabulary.refusals.exclusion import Excluded

MOST_CANDIDATES = 1_000


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


ROW_REFUSALS = (
    BirthDateImpossible,
    AdmissionsPaused,
    AgeOutsideRules,
    Excluded,
    NikAlreadyHeld,
    FamilyCardUsedUp,
    QuotaFull,
)
"""Why a candidate is refused, besides what is wrong with the row itself."""


class AdmittedRow(Shown):
    """A candidate who was awarded a card."""

    index = Whole(metadata=says("Which candidate, counted from 0."))
    card_number = Parsed(parse_card_number, form=forms.CARD_NUMBER)


class RefusedRow(Shown):
    """A candidate who was not, and why."""

    SOMETIMES = frozenset({"errors", "quota_id", "groups", "lists"})

    index = Whole(metadata=says("Which candidate, counted from 0."))
    code = OneOf(("validation-failed", *(refusal.code for refusal in ROW_REFUSALS)))
    detail = Text(most=1_000, lines=True, metadata=says("What was wrong and what would be right."))
    errors = ma.fields.List(ma.fields.Nested(FieldFault))
    quota_id = Reference(metadata=says("Which quota is full, where that is why."))
    groups = Text(
        metadata=says("Whom the rules refuse a card, where the person is on their lists.")
    )
    lists = Text(metadata=says("Which of these lists, each by its group and number."))


class Admissions(Shown):
    """What became of each candidate; each stands or falls by itself."""

    admission_id = Reference(
        allow_none=True, metadata=says("Names what was admitted at once; null where nobody was.")
    )
    rule_version = Text(most=32, metadata=says("Which version of the rules judged them."))
    admitted = ma.fields.List(ma.fields.Nested(AdmittedRow))
    refused = ma.fields.List(ma.fields.Nested(RefusedRow))
