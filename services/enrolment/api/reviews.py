"""Reviews: holders say once how a completed training was, and may read what they said."""

from __future__ import annotations

import sqlalchemy as sa

from chassis.calls import Call
from chassis.endpoints import Endpoints, KeyUse
from chassis.idempotency import Answer, json_answer
from chassis.problems import StateConflict
from services.enrolment.api.learning_documents import ReviewedEnrolment, ShownReview
from services.enrolment.api.learning_schemas import ReviewRequest
from services.enrolment.service import EnrolmentService
from services.enrolment.use_cases.learning.review_enrolment import (
    ReviewEnrolment,
    review_enrolment,
)
from services.enrolment.use_cases.shared.own_enrolment import own_enrolment
from vocabulary.refusals.learning import AlreadyReviewed
from vocabulary.roles import HOLDER

endpoints: Endpoints[EnrolmentService] = Endpoints("/api/v1")
_PATH = "/enrolments/<id:enrolment_id>/review"


@endpoints.post(
    _PATH,
    allow=(HOLDER,),
    body=ReviewRequest,
    key=KeyUse.REQUIRED,
    status=201,
    shows=ReviewedEnrolment,
    refuses=(AlreadyReviewed, StateConflict),
)
def post_review(call: Call, service: EnrolmentService) -> Answer:
    """Review a completed training, once; then the next class can be bought.

    With the first one reviewed, the incentive for it is due. The text is kept sealed and stands in no journal; the
    rating does.
    """
    command = ReviewEnrolment(
        enrolment_id=call.path["enrolment_id"],
        rating=call.body["rating"],
        text=call.body["text"],
        caller=call.caller,
        request_id=call.request_id,
    )

    def keep(connection: sa.Connection) -> Answer:
        reviewed = review_enrolment(connection, command, stores=service.stores)
        document = {
            "id": command.enrolment_id,
            "rating": command.rating,
            "incentive_due": reviewed.result.settlement.amount_due,
            "position": reviewed.position,
        }
        return json_answer(201, document)

    return service.transactions.answer(call.key, keep, seconds=call.seconds_left)


@endpoints.get(_PATH, allow=(HOLDER,), shows=ShownReview)
def get_review(call: Call, service: EnrolmentService) -> Answer:
    """Show the holder's own review of a training; nulls where there is none yet."""
    enrolment_id = call.path["enrolment_id"]
    with service.database.reading() as connection:
        own_enrolment(connection, enrolment_id, caller=call.caller, stores=service.stores)
        review = service.stores.reviews.find(connection, enrolment_id)
    rating, text = (None, None) if review is None else (review.rating, review.text)
    return json_answer(200, {"id": enrolment_id, "rating": rating, "text": text})
