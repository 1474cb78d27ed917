"""The scheduled versions of the rules, for services that judge by them too."""

from __future__ import annotations

from chassis.calls import Call
from chassis.endpoints import Endpoints
from chassis.fields import Strict
from chassis.idempotency import Answer, json_answer
from services.enrolment.queries.rules import scheduled_versions
from services.enrolment.service import EnrolmentService
from vocabulary.roles import SYSTEM

endpoints: Endpoints[EnrolmentService] = Endpoints("/internal")


class RuleFeedQuery(Strict):
    """Which versions: all of them."""


@endpoints.get("/rules", allow=(SYSTEM,), query=RuleFeedQuery)
def get_scheduled_rules(_: Call, service: EnrolmentService) -> Answer:
    """Tell the catalogue which versions are scheduled, each as it was kept."""
    with service.database.reading() as connection:
        return json_answer(200, scheduled_versions(connection, stores=service.stores))
