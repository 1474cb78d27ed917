"""`POST /oauth/token`: to programs for themselves, to applications for the people who signed in at them."""

from __future__ import annotations

import sqlalchemy as sa
from prometheus_client import Counter

from chassis.calls import Call
from chassis.endpoints import Endpoints
from chassis.idempotency import Answer, json_answer
from chassis.throttle import Throttle, address_group
from services.accounts.api.documents import TokenForm, Tokens
from services.accounts.api.token_request import (
    CLIENT_CREDENTIALS,
    Credentials,
    FormRequest,
    read_token_request,
)
from services.accounts.domain.access_tokens import LIFETIME
from services.accounts.domain.authorization.applications import Application
from services.accounts.domain.clients import Client
from services.accounts.domain.refusals import (
    InvalidClient,
    InvalidGrant,
    InvalidScope,
    InvalidTokenRequest,
    OAuthProblem,
    TooManyTokenRequests,
    UnauthorizedClient,
    UnsupportedGrantType,
)
from services.accounts.service import (
    FAILURES_FROM_ONE_ADDRESS,
    TOKENS_TO_ONE_CLIENT,
    AccountsService,
)
from services.accounts.use_cases.authenticate_caller import authenticate_caller
from services.accounts.use_cases.authorization.give_tokens import give_tokens
from services.accounts.use_cases.issue_token import issue_token

TOKENS_ISSUED = Counter("tokens_issued_total", "Access tokens given", ["role"])
TOKENS_REFUSED = Counter("tokens_refused_total", "Token requests refused", ["reason"])
NOT_KEPT = {"Cache-Control": "no-store", "Pragma": "no-cache"}

endpoints: Endpoints[AccountsService] = Endpoints()


@endpoints.post_form(
    "/oauth/token",
    form_body=TokenForm,
    shows=Tokens,
    refuses=(
        InvalidTokenRequest,
        UnsupportedGrantType,
        InvalidScope,
        InvalidClient,
        InvalidGrant,
        UnauthorizedClient,
        TooManyTokenRequests,
    ),
    bounded=(TOKENS_TO_ONE_CLIENT, FAILURES_FROM_ONE_ADDRESS),
)
def token(call: Call, house: AccountsService) -> Answer:
    """Give a program a token, or an application tokens for a code or a refresh token.

    Parameters of the form that are not named here are passed over, as RFC 6749 section 3.2 demands: what is misspelt is
    as good as missing. One that is named may stand once.
    """
    asked = read_token_request(call.body, authorization=call.authorization)
    address = address_group(call.address)
    with house.database.reading() as connection:
        caller = authenticated(connection, house, asked.credentials, address)
    if isinstance(caller, Client) is not (asked.given["grant_type"] == CLIENT_CREDENTIALS):
        raise UnauthorizedClient
    if isinstance(caller, Application):
        return _for_a_person(call, house, asked, caller, address)
    return _for_itself(house, caller, address)


def _for_itself(house: AccountsService, client: Client, address: str) -> Answer:
    """Give a program a token.

    Each of the two bounds is consulted once it is known who calls: whoever shares an address with strangers that guess,
    or whose id they know, goes on getting its tokens. To know that costs one row read by its key and one SHA-256.
    """
    bound(house, house.requests, f"{client.client_id} {address}")
    with house.database.reading() as connection:
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
    document = {"access_token": signed, "token_type": "Bearer", "expires_in": LIFETIME}
    return json_answer(200, document, NOT_KEPT)


def _for_a_person(
    call: Call,
    house: AccountsService,
    asked: FormRequest,
    application: Application,
    address: str,
) -> Answer:
    """Give an application tokens.

    An application on people's phones proves nothing by itself, so what it sends in vain is counted by address. The
    successes are not: at one with a server of its own they all come from there.
    """
    told = house.transactions.run(
        lambda connection: give_tokens(
            house.desk(connection, request_id=call.request_id),
            asked.listed,
            application=application,
        )
    )
    if isinstance(told, OAuthProblem):
        if application.is_public:
            bound(house, house.failures, address)
        TOKENS_REFUSED.labels(told.code).inc()
        raise told
    TOKENS_ISSUED.labels("person").inc()
    return json_answer(200, told, NOT_KEPT)


def authenticated(
    connection: sa.Connection, house: AccountsService, credentials: Credentials, address: str
) -> Client | Application:
    """Return the program or the application that the credentials prove. Raises `InvalidClient`.

    Failures are counted by address alone, so that changing the id with every attempt gains nothing.
    """
    try:
        return authenticate_caller(
            connection, client_id=credentials.client_id, secret=credentials.secret
        )
    except InvalidClient:
        bound(house, house.failures, address)
        TOKENS_REFUSED.labels("invalid-client").inc()
        raise


def bound(house: AccountsService, throttle: Throttle, key: str) -> None:
    """Count one more for a key. Raises `TooManyTokenRequests` where it has had its share."""
    if seconds := throttle.take(key, now=house.clock()):
        TOKENS_REFUSED.labels("too-many-requests").inc()
        raise TooManyTokenRequests(retry_after=seconds)
