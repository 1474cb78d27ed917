"""What the calls about corrections take and answer."""

from __future__ import annotations

from typing import Any

import marshmallow as ma

from chassis.contract import Shown, page_of
from chassis.fields import InstantField, OneOf, PageQuery, Reference, Text, Whole, says
from services.enrolment.api.card_documents import NamesCard
from services.enrolment.api.fields import case_number, why
from services.enrolment.domain.money.correction import MOST_CORRECTED, CorrectionState


class CorrectionRequest(NamesCard):
    """Which card, by how much, why, and in which case."""

    amount = Whole(
        least=-MOST_CORRECTED,
        most=MOST_CORRECTED,
        required=True,
        metadata=says("Rupiah: more on the card, or, below zero, less. Never 0."),
    )
    reason = why(required=True)
    case_number = case_number("the holder sees it in the statement")

    @ma.validates_schema
    def check_amount(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse an amount that moves nothing."""
        if data["amount"] == 0:
            raise ma.ValidationError("Send an amount that moves something.", "amount")


class CorrectionsQuery(PageQuery):
    """Which corrections."""

    status = OneOf(
        tuple(CorrectionState), load_default=None, metadata=says("Only those that stand so now.")
    )
    card_ref = Reference(load_default=None, metadata=says("Only those of this card."))


class ShownCorrection(Shown):
    """A correction of a card's money, and who wants and decides it."""

    id = Reference()
    status = OneOf(
        tuple(CorrectionState), metadata=says("Money has moved only where it is approved.")
    )
    card_ref = Reference()
    amount = Whole(
        least=-MOST_CORRECTED,
        most=MOST_CORRECTED,
        metadata=says("Rupiah: more on the card, or, below zero, less."),
    )
    reason = Text(most=500, lines=True)
    case_number = Text(most=64)
    proposed_by = Text(most=128, metadata=says("The subject of the proposer's credential."))
    proposed_at = InstantField()
    expires_at = InstantField(metadata=says("From then on it cannot be decided on any more."))
    decided_by = Text(most=128, allow_none=True)
    decided_at = InstantField(allow_none=True)
    decision_reason = Text(most=500, lines=True, allow_none=True)


ShownCorrections = page_of(ShownCorrection, name="Corrections")
