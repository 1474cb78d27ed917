"""Asking for tokens as programs do, and what they are told."""

from __future__ import annotations

import base64
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from chassis.identity import TokenVerifier
from chassis.issuer_keys import PublishedKeys
from tests.services.accounts.conftest import CLIENT_ID, SECRET
from tests.tokens import AUDIENCE, ISSUER

GRANT = {"grant_type": "client_credentials"}
IN_FORM = {**GRANT, "client_id": CLIENT_ID, "client_secret": SECRET}
PROVIDER = "01890000-0000-7000-8000-000000000001"
CARD = "0b9d4a52-63f4-4c3e-8e15-7f0f3c1f2a11"


def basic(client_id: str, secret: str) -> dict[str, str]:
    encoded = base64.b64encode(f"{client_id}:{secret}".encode()).decode()
    return {"Authorization": f"Basic {encoded}"}


def ask(client: FlaskClient, form: Any = None, **headers: str) -> TestResponse:
    return client.post("/oauth/token", data=GRANT if form is None else form, headers=headers)


def verified(client: FlaskClient, token: str) -> Any:
    def fetch() -> Any:
        return client.get("/.well-known/jwks.json").json

    keys = PublishedKeys(fetch)
    return TokenVerifier(issuer=ISSUER, audience=AUDIENCE, keys=keys).verify(token)


def refusal(answer: TestResponse) -> tuple[int, str, str]:
    assert answer.content_type == "application/problem+json"
    document: Any = answer.json
    assert document["error_description"] == document["detail"]
    assert document["request_id"] == answer.headers["X-Request-Id"]
    assert answer.headers["Cache-Control"] == "no-store"
    return answer.status_code, document["code"], document["error"]
