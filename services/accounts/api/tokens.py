"""`POST /oauth/token`."""

from __future__ import annotations

import sqlalchemy as sa
from prometheus_client import Counter

from chassis.endpoints import Call, Endpoints
from chassis.idempotency import Answer, json_answer
from chassis.throttle import Throttle, address_group
from services.accounts.api.documents import AccessToken, TokenForm
from services.accounts.api.token_request import Credentials, read_token_request
from services.accounts.domain.access_tokens import LIFETIME
from services.accounts.domain.clients import Client
from services.accounts.domain.refusals import (
    InvalidClient,
    InvalidScope,
    InvalidTokenRequest,
    TooManyTokenRequests,
    UnsupportedGrantType,
)
from services.accounts.service import (
    FAILURES_FROM_ONE_ADDRESS,
    TOKENS_TO_ONE_CLIENT,
    AccountsService,
)
from services.accounts.use_cases.issue_token import authenticate_client, issue_token

TOKENS_ISSUED = Counter("tokens_issued_total", "Access tokens given", ["role"])
TOKENS_REFUSED = Counter("tokens_refused_total", "Token requests refused", ["reason"])

endpoints: Endpoints[AccountsService] = Endpoints()


@endpoints.post_form(
    "/oauth/token",
    form_body=TokenForm,
    shows=AccessToken,
    refuses=(
        InvalidTokenRequest,
        UnsupportedGrantType,
        InvalidScope,
        InvalidClient,
        TooManyTokenRequests,
    ),
    bounded=(TOKENS_TO_ONE_CLIENT, FAILURES_FROM_ONE_ADDRESS),
)
def token(call: Call, house: AccountsService) -> Answer:
    """Give a client that proves itself a token."""
    return _give(call, house)


def _give(call: Call, house: AccountsService) -> Answer:
    """Answer a token request.

    Each of the two bounds is consulted once it is known who calls: whoever shares an address with strangers that guess,
    or whose id they know, goes on getting its tokens. To know that costs one row read by its key and one SHA-256.
    """
    credentials = read_token_request(call.body, authorization=call.authorization)
    address = address_group(call.address)
    with house.database.reading() as connection:
        client = _authenticated(connection, house, credentials, address)
        _bound(house, house.requests, f"{client.client_id} {address}")
        signed = issue_token(
            connection,
            seal=house.seal,
            subject=client.client_id,
            mandate=client.mandate,
            issuer=house.settings.token_issuer,
            audience=house.settings.token_audience,
            now=house.database.now(connection),
        )
    TOKENS_ISSUED.labels(client.mandate.role).inc()
    return json_answer(
        200,
        {"access_token": signed, "token_type": "Bearer", "expires_in": LIFETIME},
        {"Cache-Control": "no-store", "Pragma": "no-cache"},
    )


def _authenticated(
    connection: sa.Connection, house: AccountsService, credentials: Credentials, address: str
) -> Client:
    """Return the client that the credentials prove.

    Failures are counted by address alone, so that changing the id with every attempt gains nothing.
    """
    try:
        return authenticate_client(
            connection, client_id=credentials.client_id, secret=credentials.secret
        )
    except InvalidClient:
        _bound(house, house.failures, address)
        TOKENS_REFUSED.labels("invalid-client").inc()
        raise


def _bound(house: AccountsService, throttle: Throttle, key: str) -> None:
    """Count one more for a key. Raises `TooManyTokenRequests` where it has had its share."""
    if seconds := throttle.take(key, now=house.clock()):
        TOKENS_REFUSED.labels("too-many-requests").inc()
        raise TooManyTokenRequests(retry_after=seconds)
