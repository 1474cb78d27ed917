"""Revoking a card."""

from __future__ import annotations

import sqlalchemy as sa

from chassis.calls import Call
from chassis.contract import Shown
from chassis.endpoints import Endpoints, KeyUse
from chassis.fields import OneOf, Reference
from chassis.idempotency import Answer, json_answer
from chassis.problems import Problem, StateConflict, TooManyRequests
from services.enrolment.api.card_documents import RevocationRequest
from services.enrolment.api.fields import rupiah
from services.enrolment.api.guesses import record_one, refuse_too_many
from services.enrolment.domain.programme.card import CardState
from services.enrolment.service import LOOKUPS_OF_ONE_CALLER, EnrolmentService
from services.enrolment.use_cases.programme.revoke_card import RevokeCard, revoke_card
from vocabulary.refusals.cards import CardNotFound
from vocabulary.refusals.exclusion import ExclusionCaseStands, NoLongerListed
from vocabulary.roles import OPERATOR

endpoints: Endpoints[EnrolmentService] = Endpoints("/api/v1")


class ShownRevocation(Shown):
    """A card that was revoked."""

    card_ref = Reference()
    status = OneOf((CardState.REVOKED.value,))
    amount = rupiah("What was on it and went back to the State.")
    incentives_withdrawn = rupiah("Incentives that were due, and are not any more.")


@endpoints.post(
    "/cards/revocation",
    allow=(OPERATOR,),
    body=RevocationRequest,
    key=KeyUse.REQUIRED,
    shows=ShownRevocation,
    refuses=(CardNotFound, StateConflict, ExclusionCaseStands, NoLongerListed, TooManyRequests),
    bounded=(LOOKUPS_OF_ONE_CALLER,),
)
def post_revocation(call: Call, service: EnrolmentService) -> Answer:
    """Revoke a card under the number of a case: it is never usable again, and its holder gets no other.

    What was on it goes back to the State; its place in the quotas stays taken. A card whose training is running is not
    revoked: cancel the enrolment first, or once its class has ended give the result. While an appeal against an
    exclusion may be filed or waits, the card is revoked under no number but that of another exclusion that is decided
    to its end. What is live of such cases ends with the card. A number that no card has counts, and is recorded, as a
    look-up.
    """
    refuse_too_many(call, service)
    command = RevokeCard(
        card_number=call.body.get("card_number"),
        card_ref=call.body.get("card_ref"),
        reason=call.body["reason"],
        case_number=call.body["case_number"],
        caller=call.caller,
        request_id=call.request_id,
    )

    def revoke(connection: sa.Connection) -> Answer:
        revoked = revoke_card(connection, command, stores=service.stores)
        ended = revoked.done
        document = {
            "card_ref": ended.card.card_ref,
            "status": ended.card.state.value,
            "amount": ended.amount,
            "incentives_withdrawn": revoked.settlement.amount_withdrawn,
        }
        return json_answer(200, document)

    try:
        return service.transactions.answer(call.key, revoke, seconds=call.seconds_left)
    except Problem as refusal:
        record_one(call, refusal, service, what="Revocation")
        raise
