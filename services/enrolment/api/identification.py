"""Whether a card and a NIK belong together, for accounts. It is not routed to the outside."""

from __future__ import annotations

from chassis.calls import Call
from chassis.endpoints import Endpoints, KeyUse
from chassis.fields import Parsed, Strict
from chassis.idempotency import Answer, json_answer
from services.enrolment.service import EnrolmentService
from services.enrolment.use_cases.programme.identify_holder import IdentifyHolder, identify_holder
from vocabulary import forms
from vocabulary.nik import parse_card_number, parse_nik
from vocabulary.refusals.cards import CardNotFound
from vocabulary.roles import SYSTEM

endpoints: Endpoints[EnrolmentService] = Endpoints("/internal")


class CardIdentification(Strict):
    """The two numbers that a holder knows together."""

    card_number = Parsed(parse_card_number, form=forms.CARD_NUMBER, required=True)
    nik = Parsed(
        lambda value: parse_nik(value, allow_test_numbers=True).number,
        form=forms.NIK,
        required=True,
    )


@endpoints.post(
    "/cards/identification",
    allow=(SYSTEM,),
    body=CardIdentification,
    key=KeyUse.NONE,
    refuses=(CardNotFound,),
)
def identify(call: Call, service: EnrolmentService) -> Answer:
    """Tell which card somebody holds who knows its number and the NIK of its holder."""
    command = IdentifyHolder(
        card_number=call.body["card_number"],
        nik=call.body["nik"],
        caller=call.caller,
        request_id=call.request_id,
    )
    card = service.transactions.run(
        lambda connection: identify_holder(connection, command, stores=service.stores),
        repeatable=True,
    )
    if card is None:
        raise CardNotFound
    return json_answer(200, {"card_ref": card.card_ref, "region": card.region})
