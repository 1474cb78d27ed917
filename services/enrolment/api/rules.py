"""The rules: read by everybody, scheduled by operators."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from chassis.calls import Call
from chassis.endpoints import Endpoints
from chassis.idempotency import Answer, json_answer
from chassis.problems import NotFound, StateConflict
from services.enrolment.api.fields import ReasonGiven
from services.enrolment.api.rule_documents import (
    RulesPreviewRequest,
    RulesRequest,
    ShownPreview,
    ShownRules,
    ShownVersions,
)
from services.enrolment.domain.programme.rule_change import check_ahead
from services.enrolment.queries.rules import (
    changes_document,
    list_versions,
    rules_document,
    withdrawn_document,
)
from services.enrolment.service import EnrolmentService
from services.enrolment.use_cases.programme.schedule_rules import (
    RulesProposal,
    foresee,
    schedule_rules,
)
from services.enrolment.use_cases.programme.withdraw_rules import withdraw_rules
from vocabulary.refusals.rules import RulesTooLate, RuleVersionTaken
from vocabulary.roles import OPERATOR

endpoints: Endpoints[EnrolmentService] = Endpoints("/api/v1")
_UNNAMED = "0000-01"
"""Stands for the version of a preview, which nobody has named yet."""


@endpoints.get("/rules", shows=ShownVersions)
def get_rules(_: Call, service: EnrolmentService) -> Answer:
    """List every version of the rules, past, in force and scheduled.

    Each holds from its first day on, when that begins in Asia/Jakarta, until the next one takes effect.
    """
    with service.database.reading() as connection:
        book = service.stores.rules.book_now(connection)
        now = service.database.now(connection)
    return json_answer(200, list_versions(book, now=now))


@endpoints.get("/rules/<name:version>", shows=ShownRules)
def get_rules_of_version(call: Call, service: EnrolmentService) -> Answer:
    """Show a version of the rules with all its numbers."""
    with service.database.reading() as connection:
        dated = service.stores.rules.book_now(connection).find(call.path["version"])
        now = service.database.now(connection)
    if dated is None:
        raise NotFound
    return json_answer(200, rules_document(dated, now=now))


@endpoints.post(
    "/rules/preview",
    allow=(OPERATOR,),
    body=RulesPreviewRequest,
    shows=ShownPreview,
    refuses=(RulesTooLate,),
)
def post_rules_preview(call: Call, service: EnrolmentService) -> Answer:
    """Tell what a new version would change, and for whom; nothing is scheduled.

    A number that makes a difference for several is listed for each. Clocks that run already keep the time they were
    given, and what was decided keeps the version that judged it.
    """
    with service.database.reading() as connection:
        check_ahead(call.body["effective_from"], now=service.database.now(connection))
        book = service.stores.rules.book_now(connection)
        prospect = foresee(book, _proposal(_UNNAMED, call.body))
        changes = changes_document(connection, prospect.changes)
    return json_answer(200, {"follows": prospect.follows.version, "changes": changes})


@endpoints.post(
    "/rules",
    allow=(OPERATOR,),
    body=RulesRequest,
    status=201,
    shows=ShownRules,
    sends=("Location",),
    refuses=(RulesTooLate, RuleVersionTaken),
)
def post_rules(call: Call, service: EnrolmentService) -> Answer:
    """Schedule a version of the rules for a day to come.

    Send the numbers that are to be others than in the version that holds before it. It is settled an hour before the
    day begins; until then it can be withdrawn.
    """
    proposal = _proposal(call.body["version"], call.body)

    def schedule(connection: sa.Connection) -> Answer:
        dated = schedule_rules(
            connection,
            proposal,
            reason=call.body["reason"],
            caller=call.caller,
            request_id=call.request_id,
            stores=service.stores,
        )
        now = service.database.now(connection)
        location = {"Location": f"/api/v1/rules/{dated.version}"}
        return json_answer(201, rules_document(dated, now=now), location)

    return service.transactions.answer(call.key, schedule, seconds=call.seconds_left)


@endpoints.post(
    "/rules/<name:version>/withdrawal",
    allow=(OPERATOR,),
    body=ReasonGiven,
    shows=ShownRules,
    refuses=(RulesTooLate, StateConflict),
)
def post_rules_withdrawal(call: Call, service: EnrolmentService) -> Answer:
    """Withdraw a scheduled version; the one before it goes on in its place.

    Its name is not given again. The answer shows it as it would have been.
    """

    def withdraw(connection: sa.Connection) -> Answer:
        dated = withdraw_rules(
            connection,
            call.path["version"],
            reason=call.body["reason"],
            caller=call.caller,
            request_id=call.request_id,
            stores=service.stores,
        )
        return json_answer(200, withdrawn_document(dated, now=service.database.now(connection)))

    return service.transactions.answer(call.key, withdraw, seconds=call.seconds_left)


def _proposal(version: str, sent: Mapping[str, Any]) -> RulesProposal:
    return RulesProposal(version, sent["effective_from"], sent["changes"])
