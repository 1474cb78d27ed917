"""The product without accounts: another OpenID Connect issuer gives the tokens, set by settings alone."""

from __future__ import annotations

import random
import time
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests
from flask import Flask, Response, jsonify, request
from joserfc import jwt
from joserfc.jwk import RSAKey

from deploy.local import process_table
from deploy.local.environment_file import load_or_create
from deploy.local.ports import free_ports
from deploy.local.process import Process
from deploy.local.process_table import Plan
from deploy.local.supervisor import Supervisor
from tests.databases import DatabaseMaker
from tests.journeys import bodies
from tests.journeys.api import Api
from tests.journeys.people import People
from tests.served import served
from tests.tokens import token as token_of_accounts
from tests.waiting import eventually

NAME = "https://login.ministry.example/realms/training"
"""Whom the tokens are of; where its keys and tokens are had is elsewhere, as behind a proxy."""

KEY = RSAKey.generate_key(2_048, parameters={"kid": "2026-11"})


def token(role: str, **claims: Any) -> str:
    """Sign a token as that issuer does: another algorithm, other ids, claims that nobody here knows."""
    now = int(time.time())
    return jwt.encode(
        {"alg": "RS256", "typ": "at+jwt", "kid": "2026-11"},
        {
            "iss": NAME,
            "aud": "training-programme",
            "sub": f"auth0|{role}",
            "client_id": "portal",
            "iat": now,
            "exp": now + 300,
            "jti": uuid.uuid4().hex,
            "sid": "F3.kQ",
            "role": role,
            "realm_access": {"roles": ["anything"]},
            **claims,
        },
        KEY,
        algorithms=["RS256"],
    )


def issuer() -> Flask:
    """Publish the keys, and give the services their tokens."""
    app = Flask("another-issuer")

    @app.get("/certs")
    def certs() -> Response:
        encrypting = {**KEY.as_dict(private=False), "kid": "enc", "use": "enc", "alg": "RSA-OAEP"}
        return jsonify(keys=[encrypting, {**KEY.as_dict(private=False), "use": "sig"}])

    @app.post("/token")
    def give() -> Response:
        assert request.authorization is not None
        signed = token("system", sub=request.authorization.username)
        return jsonify(access_token=signed, token_type="Bearer", expires_in=300, scope="profile")

    return app


@pytest.fixture(scope="module")
def issuer_address() -> Iterator[str]:
    with served(issuer()) as address:
        yield address


@pytest.fixture
def address(
    dialect: str, issuer_address: str, database_maker: DatabaseMaker, tmp_path: Path
) -> Iterator[str]:
    """The gateway of a system in which accounts does not run."""
    free = free_ports(random.Random())
    plan = Plan(
        dialect=dialect,
        port=next(free),
        ports={name: next(free) for name in process_table.PORT_NAMES},
        databases={
            service: database_maker.migrated(dialect, f"services.{service}")
            for service in ("accounts", "catalog", "enrolment")
        },
        secrets=load_or_create(tmp_path / "secrets.env", process_table.SECRET_NAMES),
        inherited={},
        search_index=tmp_path / "search",
    )
    processes = [
        *process_table.services(plan),
        *process_table.workers(plan),
        process_table.gateway(plan),
    ]
    supervisor = Supervisor(logs=tmp_path / "log")
    try:
        supervisor.start(
            *(under(p, issuer_address) for p in processes if not p.name.startswith("accounts"))
        )
        list(supervisor.wait_until_ready(seconds=90))
        yield plan.address
    finally:
        supervisor.stop()


def under(process: Process, issuer_address: str) -> Process:
    """Return a process with the settings that docs/signing-in.md names for another issuer, and no others changed."""
    accounts = ("ACCOUNTS_URL", "REVOCATIONS_URL")
    kept: Mapping[str, str] = {n: v for n, v in process.environment.items() if n not in accounts}
    return replace(
        process,
        environment={
            **kept,
            "TOKEN_ISSUER": NAME,
            "TOKEN_AUDIENCE": "training-programme",
            "TOKEN_ALGORITHM": "RS256",
            "JWKS_URL": f"{issuer_address}/certs",
            "TOKEN_URL": f"{issuer_address}/token",
        },
    )


def test_everything_goes_on_with_the_tokens_of_another_issuer(address: str) -> None:
    operator = Api(address, token("operator"))
    made = operator.post("/providers", bodies.application("BLK Penerbit Lain"))
    operator.post(f"/providers/{made['id']}/decision", {"decision": "approved", "reason": "Sesuai"})
    staff = Api(address, token("provider", provider=made["id"]))
    course = staff.post("/courses", bodies.course("online"))["id"]
    staff.post(f"/courses/{course}/submission")
    operator.post(f"/courses/{course}/decision", {"decision": "published", "reason": "Sesuai"})
    plan = bodies.training_class("online", seats=3)
    offered = staff.post(f"/courses/{course}/classes", plan)
    wave = operator.post("/waves", bodies.wave("Gelombang"))["id"]
    admitted = operator.post(f"/waves/{wave}/admissions", {"candidates": People().candidates(1)})[
        "admitted"
    ]
    card = operator.post(
        "/cards/lookup", {"card_number": admitted[0]["card_number"], "reason": "Uji penerbit"}
    )["card_ref"]
    # Its worker follows the catalogue with a token of that issuer.
    available = f"/classes/{offered['id']}/availability"
    eventually(lambda: operator.call("GET", available).ok, what="enrolment knows the class")
    holder = Api(address, token("holder", card=card))
    wish = {"class_id": offered["id"], "expected_price": offered["price"]}
    assert holder.post("/enrolments", wish)["status"] == "confirmed"
    entries = Api(address, token("auditor")).read("/log/entries?kind=enrolment-confirmed")["items"]
    assert [entry["actor"] for entry in entries] == ["auth0|holder"]

    for unwelcome in (
        token_of_accounts(role="operator"),
        token("operator", iss="https://another.example"),
        token("operator", aud="balai"),
        token("operator", sub="somebody@ministry.example"),
    ):
        Api(address, unwelcome).refused("GET", "/consistency", 401, "unauthenticated")
    for path in ("/oauth/token", "/.well-known/openid-configuration", "/sign-in"):
        method = "POST" if path == "/oauth/token" else "GET"
        answer = requests.request(method, address + path, timeout=30)
        assert answer.status_code == 404, "accounts' addresses are not there without accounts"
    Api(address, token("auditor")).refused(
        "GET", "/log/entries?journal=accounts", 422, "validation-failed"
    )
