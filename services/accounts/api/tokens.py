"""`POST /oauth/token`."""

from __future__ import annotations

from prometheus_client import Counter

from chassis.endpoints import Call, Endpoints
from chassis.idempotency import Answer, json_answer
from chassis.throttle import address_group
from services.accounts.api.token_request import Credentials, read_token_request
from services.accounts.domain.access_tokens import LIFETIME
from services.accounts.domain.refusals import InvalidClient, TooManyTokenRequests
from services.accounts.service import Accounts
from services.accounts.use_cases.issue_token import authenticate_client, issue_token

TOKENS_ISSUED = Counter("tokens_issued_total", "Access tokens given", ["role"])
TOKENS_REFUSED = Counter("tokens_refused_total", "Token requests refused", ["reason"])

endpoints: Endpoints[Accounts] = Endpoints()


@endpoints.post_form("/oauth/token")
def token(call: Call, house: Accounts) -> Answer:
    credentials = read_token_request(call.body, authorization=call.authorization)
    address = address_group(call.address)
    _throttle(house, credentials.client_id, address)
    try:
        role, signed = _signed_token(house, credentials)
    except InvalidClient:
        house.failures.count(address, now=house.clock())
        TOKENS_REFUSED.labels("invalid-client").inc()
        raise
    TOKENS_ISSUED.labels(role).inc()
    return json_answer(
        200,
        {"access_token": signed, "token_type": "Bearer", "expires_in": LIFETIME},
        {"Cache-Control": "no-store", "Pragma": "no-cache"},
    )


def _throttle(house: Accounts, client_id: str, address: str) -> None:
    """Refuse who asks too often, before anything is read or computed for them.

    Counted per client *and* address, so that a stranger who knows a client's id cannot use up its share; and failures
    per address, so that changing the id with every attempt gains nothing.
    """
    now = house.clock()
    pair = f"{client_id[:64]} {address}"
    seconds = max(house.requests.wait(pair, now=now), house.failures.wait(address, now=now))
    if seconds:
        TOKENS_REFUSED.labels("too-many-requests").inc()
        raise TooManyTokenRequests(retry_after=seconds)
    house.requests.count(pair, now=now)


def _signed_token(house: Accounts, credentials: Credentials) -> tuple[str, str]:
    with house.database.reading() as connection:
        client = authenticate_client(
            connection, client_id=credentials.client_id, secret=credentials.secret
        )
        signed = issue_token(
            connection,
            seal=house.seal,
            subject=client.client_id,
            mandate=client.mandate,
            issuer=house.settings.issuer,
            audience=house.settings.audience,
            now=house.database.now(connection),
        )
    return client.mandate.role, signed
