"""Taking tokens back: `POST /oauth/revocation`, and what the gateway asks about it."""

from __future__ import annotations

from chassis.calls import Call
from chassis.endpoints import Endpoints
from chassis.idempotency import Answer, json_answer
from chassis.problems import Unauthenticated
from chassis.throttle import address_group
from services.accounts.api.documents import Nothing, RevocationForm, Revocations
from services.accounts.api.token_request import read_revocation
from services.accounts.api.tokens import NOT_KEPT, authenticated
from services.accounts.domain.authorization.applications import Application
from services.accounts.domain.refusals import (
    InvalidClient,
    InvalidTokenRequest,
    TooManyTokenRequests,
    UnauthorizedClient,
)
from services.accounts.queries.revocations import list_revocations
from services.accounts.service import FAILURES_FROM_ONE_ADDRESS, AccountsService
from services.accounts.use_cases.authorization.revoke_token import revoke_token

endpoints: Endpoints[AccountsService] = Endpoints()


@endpoints.post_form(
    "/oauth/revocation",
    form_body=RevocationForm,
    shows=Nothing,
    refuses=(
        InvalidTokenRequest,
        InvalidClient,
        UnauthorizedClient,
        TooManyTokenRequests,
    ),
    bounded=(FAILURES_FROM_ONE_ADDRESS,),
)
def revoke(call: Call, house: AccountsService) -> Answer:
    """Take a person's token back, and with it every other token of the same sign-in.

    Whether the token was known is not told. The gateway refuses access tokens of the sign-in from a few seconds later
    on. A program's own tokens are taken back by disabling the program on the server.
    """
    asked = read_revocation(call.body, authorization=call.authorization)
    with house.database.reading() as connection:
        caller = authenticated(connection, house, asked.credentials, address_group(call.address))
    if not isinstance(caller, Application):
        raise UnauthorizedClient
    token = asked.given["token"]
    try:
        bearer = house.verifier.verify(token)
    except Unauthenticated:
        bearer = None
    house.transactions.run(
        lambda connection: revoke_token(
            house.desk(connection, request_id=call.request_id),
            token,
            bearer=bearer,
            application=caller,
        ),
        repeatable=True,
    )
    return json_answer(200, {}, NOT_KEPT)


@endpoints.get("/internal/revocations", shows=Revocations)
def revocations(_: Call, house: AccountsService) -> Answer:
    """Tell the gateway which grants and programs were taken back. It is not routed to the outside."""
    with house.database.reading() as connection:
        return json_answer(200, list_revocations(connection, house.database))
