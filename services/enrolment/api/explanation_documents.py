"""What the call that explains the rules takes and answers."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

import marshmallow as ma

from chassis.composed_fields import Several
from chassis.contract import Shown
from chassis.fields import Flag, InstantField, OneOf, Parsed, Reference, Strict, Text, Whole, says
from services.enrolment.api.fields import CLUSTERS, regency_code
from services.enrolment.api.rule_documents import DAY_FORM, VERSION_FORM, version_name
from services.enrolment.domain.programme.card import Scheme
from services.enrolment.use_cases.programme.explain_candidate import AskedPerson
from vocabulary import forms
from vocabulary.dates import parse_date
from vocabulary.nik import parse_card_number
from vocabulary.rule_set import GROUPS, read_day

_SUBJECTS = ("candidate", "class_id", "limits_of", "enrolment_id")


class AskedCandidate(Strict):
    """A person who may be a candidate, by what the rules look at: no number of a document is asked for."""

    birth_date = Parsed(parse_date, form=forms.DATE, required=True)
    regency = Parsed(regency_code, form=forms.REGENCY, required=True)
    scheme = OneOf(tuple(scheme.value for scheme in Scheme), required=True)
    cluster = OneOf(CLUSTERS, load_default=None, allow_none=True)
    held_a_card = Flag(load_default=False, metadata=says("Whether the person ever held a card."))
    recipients_of_family_card = Whole(
        most=100,
        load_default=0,
        metadata=says("How many of the person's family card hold or held one."),
    )
    groups = Several(
        OneOf(GROUPS),
        most=len(GROUPS),
        distinct=True,
        load_default=(),
        metadata=says("The groups on whose exclusion lists the person is taken to be."),
    )
    wave_id = Reference(
        load_default=None, metadata=says("In which wave; without it, its quotas are left out.")
    )
    has_applied = Flag(
        load_default=False,
        metadata=says("Whether the person has applied in that wave; for waves that draw only."),
    )

    @ma.post_load
    def make(self, data: dict[str, Any], **_: Any) -> AskedPerson:
        """Return the person."""
        scheme, region = Scheme(data.pop("scheme")), data.pop("regency")
        return AskedPerson(**data, scheme=scheme, region=region)


class ExplanationRequest(Strict):
    """One case, and by which rules: those in force, those of a version, or those of a day."""

    BESIDES = MappingProxyType(
        {
            "oneOf": [{"required": [subject]} for subject in _SUBJECTS],
            "not": {"required": ["version", "date"]},
        }
    )

    candidate = ma.fields.Nested(AskedCandidate)
    class_id = Reference(metadata=says("A class that a card wants a seat in."))
    enrolment_id = Reference()
    limits_of = Reference(
        metadata=says(
            "A class whose course, days and seats are compared with the limits of the rules."
        )
    )
    card_number = Parsed(
        parse_card_number,
        form=forms.CARD_NUMBER,
        metadata=says("Beside class_id, from officers and operators: whose card it is."),
    )
    version = Parsed(version_name, form=VERSION_FORM)
    date = Parsed(
        read_day,
        form=DAY_FORM,
        metadata=says("The case is judged as this day begins in Asia/Jakarta."),
    )

    @ma.validates_schema
    def check_one(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse no case, several, and rules that are named twice."""
        given = [subject for subject in _SUBJECTS if subject in data]
        if len(given) != 1:
            raise ma.ValidationError(
                "Send exactly one of candidate, class_id, limits_of and enrolment_id.",
                (given or _SUBJECTS)[-1],
            )
        if "version" in data and "date" in data:
            raise ma.ValidationError("Send either version or date.", "date")
        if "card_number" in data and "class_id" not in data:
            raise ma.ValidationError("Send card_number beside class_id only.", "card_number")


class ShownCheck(Shown):
    """One rule: whether it holds, and what it compared."""

    rule = Text(most=40)
    holds = Flag()
    code = Text(
        most=60,
        allow_none=True,
        metadata=says("By which this is refused; null where the rule holds."),
    )
    detail = Text(most=1_000, lines=True, allow_none=True)
    compared = ma.fields.Dict(metadata=says("The numbers and facts by name: money in rupiah."))


class ShownExplanation(Shown):
    """What each rule says, in the order in which they are asked: the first that does not hold refuses."""

    version = Parsed(version_name, form=VERSION_FORM)
    at = InstantField(metadata=says("As of when it is judged."))
    refused_by = Text(most=60, allow_none=True, metadata=says("Null where every rule holds."))
    checks = ma.fields.List(ma.fields.Nested(ShownCheck))
