"""Surveys, which holders hand in once they completed a training."""

from __future__ import annotations

import sqlalchemy as sa

from chassis.calls import Call
from chassis.endpoints import Endpoints, KeyUse
from chassis.idempotency import Answer, json_answer
from chassis.problems import NotFound, StateConflict
from services.enrolment.api.cards import own_card
from services.enrolment.api.incentive_documents import HandedInSurvey, SurveyRequest
from services.enrolment.domain.money.survey import Survey, Work
from services.enrolment.service import EnrolmentService
from services.enrolment.use_cases.money.hand_in_survey import HandInSurvey, hand_in_survey
from vocabulary.refusals.incentives import NoSuchSurvey, SurveyNotOpen, SurveyTaken
from vocabulary.roles import HOLDER

endpoints: Endpoints[EnrolmentService] = Endpoints("/api/v1")


@endpoints.post(
    "/cards/me/surveys",
    allow=(HOLDER,),
    body=SurveyRequest,
    key=KeyUse.REQUIRED,
    status=201,
    shows=HandedInSurvey,
    refuses=(NotFound, StateConflict, NoSuchSurvey, SurveyNotOpen, SurveyTaken),
)
def post_survey(call: Call, service: EnrolmentService) -> Answer:
    """Hand in a survey, each once and at its time; its incentive is due, whatever is answered.

    The journal keeps the answers, for those who learn from them what trainings are good for.
    """
    body = call.body
    survey = Survey(own_card(call.caller), body["number"], Work(body["work"]), body["use"])
    command = HandInSurvey(survey, call.caller, call.request_id)

    def keep(connection: sa.Connection) -> Answer:
        handed_in = hand_in_survey(connection, command, stores=service.stores)
        document = {
            "number": survey.number,
            "incentive_due": handed_in.result.settlement.amount_due,
            "position": handed_in.position,
        }
        return json_answer(201, document)

    return service.transactions.answer(call.key, keep, seconds=call.seconds_left)
