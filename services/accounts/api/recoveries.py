"""Recoveries: an officer lets somebody in again who lost the telephone."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from chassis.calls import Call
from chassis.clock import write_instant
from chassis.endpoints import Endpoints
from chassis.idempotency import Answer, json_answer
from chassis.identity import bearer_token
from chassis.problems import NotFound, StateConflict, TooManyRequests, Unauthenticated
from services.accounts.api.actors import actor_of
from services.accounts.api.people_documents import (
    Recoveries,
    RecoveriesQuery,
    RecoveryRequest,
    ShownRecovery,
    StartedRecovery,
)
from services.accounts.domain.people.codes import in_groups
from services.accounts.domain.people.recoveries import Recovery
from services.accounts.queries.recoveries import list_recoveries
from services.accounts.service import RECOVERIES_OF_ONE, AccountsService
from services.accounts.use_cases.people.start_recovery import start_recovery
from services.accounts.use_cases.people.withdraw_recovery import withdraw_recovery
from vocabulary.refusals.cards import CardNotFound
from vocabulary.roles import AUDITOR, OFFICER, OPERATOR

endpoints: Endpoints[AccountsService] = Endpoints("/api/v1")


@endpoints.post(
    "/recoveries",
    allow=(OFFICER, OPERATOR),
    body=RecoveryRequest,
    status=201,
    shows=StartedRecovery,
    refuses=(CardNotFound, TooManyRequests),
    bounded=(RECOVERIES_OF_ONE,),
)
def post_recovery(call: Call, house: AccountsService) -> Answer:
    """Make a code with which the holder of a card chooses a new password.

    See the identity card first, and compare the name. The code is good for half an hour; a new one ends the one before.
    The card is looked up as by `POST /cards/lookup`, with the same bounds, and that is recorded, for a repeat too. A
    repeat with the same Idempotency-Key is answered with the same code, whatever became of it since.
    """
    if seconds := house.recoveries.take(call.caller.subject, now=house.clock()):
        raise TooManyRequests("Too many recoveries were started.", retry_after=seconds)
    token = bearer_token(call.authorization)
    if token is None:
        raise Unauthenticated
    numbers = {name: call.body[name] for name in ("card_number", "nik") if name in call.body}
    reason = call.body["reason"]
    card = house.cards.look_up(numbers, reason=reason, token=token)

    def start(connection: sa.Connection) -> Answer:
        started = start_recovery(
            connection, house.people, card, reason=reason, actor=actor_of(call)
        )
        document = _document(started.recovery, state="open")
        shown = {**document, "code": in_groups(started.code), "name": card.name}
        return json_answer(201, shown, {"Cache-Control": "no-store"})

    return house.transactions.answer(call.key, start, seconds=call.seconds_left)


@endpoints.get(
    "/recoveries", allow=(OFFICER, OPERATOR, AUDITOR), query=RecoveriesQuery, shows=Recoveries
)
def get_recoveries(call: Call, house: AccountsService) -> Answer:
    """List who was let in again within a year, the newest first; officers see those of their region."""
    page = call.query["page"]
    with house.database.reading() as connection:
        now = house.database.now(connection)
        rows = list_recoveries(connection, page, region=call.caller.region)
    document = page.of(
        rows,
        present=lambda row: _document(row, state=row.state_at(now)),
        key=lambda row: row.recovery_id,
    )
    return json_answer(200, document)


@endpoints.post(
    "/recoveries/<id:recovery_id>/withdrawal",
    allow=(OFFICER, OPERATOR),
    shows=ShownRecovery,
    refuses=(NotFound, StateConflict),
)
def post_withdrawal(call: Call, house: AccountsService) -> Answer:
    """Take a code back before it is used."""

    def withdraw(connection: sa.Connection) -> Answer:
        recovery = withdraw_recovery(
            connection,
            house.people,
            call.path["recovery_id"],
            region=call.caller.region,
            actor=actor_of(call),
        )
        return json_answer(200, _document(recovery, state="withdrawn"))

    return house.transactions.answer(call.key, withdraw, seconds=call.seconds_left)


def _document(recovery: Recovery, *, state: str) -> dict[str, Any]:
    return {
        "id": recovery.recovery_id,
        "card_ref": recovery.card,
        "region": recovery.region,
        "started_by": recovery.started_by,
        "reason": recovery.reason,
        "state": state,
        "started_at": write_instant(recovery.created_at),
        "expires_at": write_instant(recovery.expires_at),
    }
