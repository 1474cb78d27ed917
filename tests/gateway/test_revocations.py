"""Tokens that their issuer takes back are refused at the gateway, seconds later and while it is away."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

import pytest

from chassis.problems import Unauthenticated
from gateway.authentication import admit
from gateway.revocations import Revocations
from gateway.routes import ROUTES, Access, Route
from tests.tokens import token, verifier
from tests.waiting import eventually

GRANT = str(uuid.uuid4())
NOTHING: Mapping[str, Any] = {"grants": [], "clients": []}


def route(access: Access) -> Route:
    return next(route for route in ROUTES if route.access is access)


def told(**changes: Any) -> Revocations:
    revocations = Revocations()
    revocations.ask(lambda: {**NOTHING, **changes})
    return revocations


def ask(access: Access, revocations: Revocations, **claims: Any) -> None:
    admit(route(access), f"Bearer {token(**claims)}", verifier(), revocations)


@pytest.mark.parametrize("access", [Access.PUBLIC, Access.BEARER])
def test_a_token_of_an_ended_grant_is_refused(access: Access) -> None:
    with pytest.raises(Unauthenticated, match="taken back") as refused:
        ask(access, told(grants=[GRANT]), sid=GRANT)
    assert 'error="invalid_token"' in refused.value.headers["WWW-Authenticate"]


def test_a_token_of_a_disabled_program_is_refused() -> None:
    with pytest.raises(Unauthenticated, match="taken back"):
        ask(Access.BEARER, told(clients=["lms-1"]), client_id="lms-1")


def test_the_tokens_of_others_pass() -> None:
    revocations = told(grants=[GRANT], clients=["lms-1"])
    ask(Access.BEARER, revocations, sid=str(uuid.uuid4()))
    ask(Access.BEARER, revocations, client_id="lms-2")
    ask(Access.BEARER, revocations, sid=None)


@pytest.mark.parametrize("answer", [None, {}, {"grants": []}, {"grants": 7, "clients": []}])
def test_what_was_told_last_holds_while_the_issuer_is_away_or_talks_nonsense(answer: Any) -> None:
    revocations = told(grants=[GRANT])

    def fails() -> Any:
        if answer is None:
            raise ConnectionError
        return answer

    revocations.ask(fails)
    with pytest.raises(Unauthenticated):
        ask(Access.BEARER, revocations, sid=GRANT)


def test_the_issuer_is_asked_again_and_again_whether_anybody_calls_or_not() -> None:
    document = dict(NOTHING)
    revocations = Revocations()
    revocations.follow(lambda: document, pause=0.01)
    document["grants"] = [GRANT]
    caller = verifier().verify(token(sid=GRANT))
    eventually(lambda: revocations.include(caller), what="the grant is taken back")
    document["grants"] = []
    eventually(lambda: not revocations.include(caller), what="nothing is taken back")
