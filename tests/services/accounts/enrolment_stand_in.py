"""A service that stands where enrolment is: it knows a few people, and answers as enrolment does."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from typing import Any

from flask import Flask, Response, request
from marshmallow import ValidationError

from services.enrolment.api.identification import CardIdentification
from tests.services.accounts.people import HOLDERS

AWAY = "8999999999999999"
"""A card number at which it fails."""


def stand_in() -> Flask:
    """Build the stand-in."""
    app = Flask("enrolment-stand-in")

    @app.post("/internal/cards/identification")
    def identify() -> tuple[dict[str, Any] | Response, int]:
        body = request.get_json()
        try:
            CardIdentification().load(body)
        except ValidationError:
            return {"code": "validation-failed"}, 422
        if body["card_number"] == AWAY:
            return {}, 500
        assert _claims()["role"] == "system"
        for holder in HOLDERS:
            if (holder.card_number, holder.nik) == (body["card_number"], body["nik"]):
                return {"card_ref": holder.card, "region": holder.region}, 200
        return {"code": "card-not-found"}, 404

    @app.post("/api/v1/cards/lookup")
    def look_up() -> tuple[Response | dict[str, Any], int]:
        body, claims = request.get_json(), _claims()
        for holder in HOLDERS:
            is_meant = holder.card_number == body.get("card_number") or holder.nik == body.get(
                "nik"
            )
            reached = claims["role"] == "operator" or holder.region.startswith(claims["region"])
            if is_meant and reached:
                shown = {
                    "card_ref": holder.card,
                    "region": holder.region,
                    "card_number": holder.card_number,
                    "name": holder.name,
                }
                return shown, 200
        return {"code": "card-not-found"}, 404

    return app


def _claims() -> dict[str, Any]:
    """Read the token that was sent; whether it is good is the business of other tests."""
    payload = request.headers["Authorization"].split(".")[1]
    claims: dict[str, Any] = json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return claims
