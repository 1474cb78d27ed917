"""What calls take and answer about incentives and surveys."""

from __future__ import annotations

import marshmallow as ma

from chassis.contract import Shown
from chassis.fields import InstantField, OneOf, Reference, Strict, Text, Whole, says
from services.enrolment.api.fields import position, rupiah
from services.enrolment.domain.money.earning import Need
from services.enrolment.domain.money.incentive import IncentiveKind
from services.enrolment.domain.money.survey import LEAST_USE, MOST_USE, Work

_MOST_SURVEYS = 20


class Incentive(Shown):
    """What the State owes a holder beside the training balance, or owed until it was withdrawn."""

    id = Reference(
        metadata=says("Also that of the movement in the statement by which it became due.")
    )
    incentive = OneOf(
        tuple(IncentiveKind), metadata=says("For the first completed training, or for a survey.")
    )
    number = Whole(least=1, metadata=says("Which one of its kind."))
    amount = rupiah("How much.")
    status = OneOf(("due", "withdrawn"))
    enrolment_id = Reference(metadata=says("The training that it rests on."))
    rule_version = Text(most=32, metadata=says("The version of the rules that promised it."))
    due_since = InstantField()
    withdrawn_at = InstantField(allow_none=True)


class NextSurvey(Shown):
    """A survey that can be handed in, now or later."""

    number = Whole(least=1)
    amount = rupiah("What handing it in earns.")
    opens_at = InstantField(
        allow_none=True,
        metadata=says(
            "From when on; null where a training has to be completed and reviewed first."
        ),
    )


class EarnedIncentive(Shown):
    """What a training earns its holder beside the certificate."""

    amount = rupiah("How much.")
    needs = ma.fields.List(
        OneOf(tuple(Need)), metadata=says("What has to happen first; none where it is due.")
    )
    due_since = InstantField(allow_none=True)


class SurveyRequest(Strict):
    """What a holder answers. Nothing that is answered changes what becomes due."""

    number = Whole(
        least=1,
        most=_MOST_SURVEYS,
        required=True,
        metadata=says("Which survey: the `next_survey` of the card."),
    )
    work = OneOf(
        tuple(work.value for work in Work),
        required=True,
        metadata=says("What you live on now; none: neither in work nor looking for it."),
    )
    use = Whole(
        least=LEAST_USE,
        most=MOST_USE,
        required=True,
        metadata=says("How much of the training you use: from 1, nothing, to 5, all of it."),
    )


class HandedInSurvey(Shown):
    """A survey that was handed in."""

    number = Whole(least=1)
    incentive_due = rupiah("The incentive that became due by this; 0 where none did.")
    position = position()
