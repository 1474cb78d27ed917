"""What operators decide on cases about holders who were found on a list, and on appeals."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import sqlalchemy as sa

from chassis.calls import Call
from chassis.endpoints import Endpoints, KeyUse
from chassis.idempotency import Answer
from chassis.problems import StateConflict
from services.enrolment.api.answers import show
from services.enrolment.api.exclusion_case_documents import (
    GRANTED,
    UPHELD,
    AppealDecision,
    CaseDecision,
    ShownCase,
)
from services.enrolment.domain.exclusion.case import ExclusionCase
from services.enrolment.queries.exclusion_cases import show_case
from services.enrolment.service import EnrolmentService
from services.enrolment.use_cases.exclusion.decide_appeal import decide_appeal
from services.enrolment.use_cases.exclusion.decide_case import DecideCase, dismiss_case, uphold_case
from services.enrolment.use_cases.shared.actor import called_by
from vocabulary.refusals.cards import SamePerson
from vocabulary.refusals.exclusion import NoLongerListed
from vocabulary.roles import OPERATOR

endpoints: Endpoints[EnrolmentService] = Endpoints("/api/v1")
_BY_ID = "/exclusion-cases/<id:case_id>"


@endpoints.post(
    f"{_BY_ID}/decision",
    allow=(OPERATOR,),
    body=CaseDecision,
    key=KeyUse.REQUIRED,
    shows=ShownCase,
    refuses=(StateConflict, NoLongerListed),
)
def post_decision(call: Call, service: EnrolmentService) -> Answer:
    """Decide on a case.

    Upheld, the card is barred: nothing is bought with it, its clock stands still, and its holder may appeal. When the
    time for that is over, or the appeal was refused, the card is revoked under the case's id
    (`POST /cards/revocation`). Dismissed, also later and until then, the card can be used as before: where the
    holder is on the list no longer, that is all there is to decide.
    """
    decide = uphold_case if call.body["decision"] == UPHELD else dismiss_case
    return _decided(call, service, partial(decide, command=_command(call), stores=service.stores))


@endpoints.post(
    f"{_BY_ID}/appeal-decision",
    allow=(OPERATOR,),
    body=AppealDecision,
    key=KeyUse.REQUIRED,
    shows=ShownCase,
    refuses=(StateConflict, SamePerson, NoLongerListed),
)
def post_appeal_decision(call: Call, service: EnrolmentService) -> Answer:
    """Decide on an appeal, as another operator than the one who upheld the case.

    Granted, the card can be used again, with as many days as were left. Refused, it can be revoked.
    """
    granted = call.body["decision"] == GRANTED
    decide = partial(decide_appeal, command=_command(call), granted=granted, stores=service.stores)
    return _decided(call, service, decide)


def _command(call: Call) -> DecideCase:
    actor = called_by(call.caller, call.request_id)
    return DecideCase(call.path["case_id"], call.body["reason"], actor)


def _decided(
    call: Call, service: EnrolmentService, decide: Callable[[sa.Connection], ExclusionCase]
) -> Answer:
    def answer(connection: sa.Connection) -> Answer:
        case = decide(connection)
        now = service.database.now(connection)
        return show(show_case(connection, case.case_id, now=now, stores=service.stores))

    return service.transactions.answer(call.key, answer, seconds=call.seconds_left)
