"""Enrolment as a textbook has it, and has it well: Flask, an ORM, a transaction a request, rows locked before a change.

The product is compared with it. It checks what the product checks of a token, a body and a key, and writes as much:
the class's seats, the card's balance, an enrolment, a movement, an audit row and the answer under its key.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Mapping
from typing import Any

import marshmallow as ma
import requests
import sqlalchemy as sa
from flask import Flask, Response, jsonify, request
from joserfc import jwt
from joserfc.jwk import KeySet
from sqlalchemy import orm

from tests.bench.textbook.models import Answer, Audit, Card, Class, Enrolment, Movement

ALGORITHMS = ["Ed25519", "EdDSA"]
CONNECTIONS = 4


class EnrolmentRequest(ma.Schema):
    """What is asked for."""

    class_id = ma.fields.UUID(required=True)
    expected_price = ma.fields.Integer(required=True, strict=True)


class Refused(Exception):
    """A refusal with its status and what it says."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status, self.code = status, code


def create_app(variables: Mapping[str, str] | None = None) -> Flask:
    """Make the application on `DATABASE_URL`, for tokens of `ISSUER` for `AUDIENCE` by the keys at `JWKS_URL`."""
    settings = os.environ if variables is None else variables
    engine = sa.create_engine(settings["DATABASE_URL"], pool_size=CONNECTIONS, max_overflow=0)
    keys = KeySet.import_key_set(keys_at(settings["JWKS_URL"]))
    claims_registry = jwt.JWTClaimsRegistry(
        iss={"essential": True, "value": settings["ISSUER"]},
        aud={"essential": True, "value": settings["AUDIENCE"]},
        exp={"essential": True},
        card={"essential": True},
    )
    session_of = orm.sessionmaker(engine, expire_on_commit=False)
    schema = EnrolmentRequest()
    app = Flask("textbook")
    app.extensions["engine"] = engine

    def caller() -> dict[str, Any]:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme != "Bearer":
            raise Refused(401, "unauthenticated")
        claims = jwt.decode(token, keys, algorithms=ALGORITHMS).claims
        claims_registry.validate(claims)
        return claims

    @app.post("/api/v1/enrolments")
    def enrol() -> tuple[Response, int]:
        claims = caller()
        wish = schema.load(request.get_json())
        key = request.headers["Idempotency-Key"]
        with session_of.begin() as session:
            answer = _enrol(session, claims["sub"], uuid.UUID(claims["card"]), wish, key)
        return jsonify(answer.body), answer.status

    @app.errorhandler(Refused)
    def refused(refusal: Refused) -> tuple[Response, int]:
        return jsonify({"code": refusal.code}), refusal.status

    return app


def keys_at(url: str) -> Any:
    """Fetch the issuer's public keys."""
    return requests.get(url, timeout=10).json()


def _enrol(
    session: orm.Session, caller: str, card_ref: uuid.UUID, wish: Mapping[str, Any], key: str
) -> Answer:
    """Give the seat in the caller's transaction, or the answer that was given under this key before."""
    training_class = session.get(Class, wish["class_id"], with_for_update=True)
    if training_class is None:
        raise Refused(404, "class-not-found")
    # Behind the lock: of two twins the second finds what the first was answered.
    if (before := session.get(Answer, (caller, key))) is not None:
        return before
    if wish["expected_price"] != training_class.price:
        raise Refused(409, "price-changed")
    if training_class.taken >= training_class.seats:
        raise Refused(409, "class-full")
    card = session.get(Card, card_ref, with_for_update=True)
    if card is None:
        raise Refused(404, "card-not-found")
    if card.balance < training_class.price:
        raise Refused(409, "insufficient-balance")
    training_class.taken += 1
    card.balance -= training_class.price
    enrolment = Enrolment(id=uuid.uuid4(), card_ref=card_ref, class_id=training_class.id)
    answer = Answer(
        caller=caller,
        key=key,
        status=201,
        body={
            "id": str(enrolment.id),
            "status": "confirmed",
            "price": training_class.price,
            "balance": card.balance,
        },
    )
    session.add_all(
        [
            enrolment,
            Movement(id=uuid.uuid4(), card_ref=card_ref, amount=training_class.price),
            Audit(actor=caller, kind="enrolled", body=answer.body),
            answer,
        ]
    )
    return answer
