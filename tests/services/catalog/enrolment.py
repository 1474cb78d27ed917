"""A stand-in for the enrolment and accounts services, as far as the catalogue's worker asks them anything."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, Response, jsonify, request

from tests.served import served

TOKEN = "a-system-token"
CLIENT_SECRET = hashlib.sha256(b"the secret of the catalogue in tests").hexdigest()
EPOCH = "00000000-0000-4000-8000-000000000001"


@dataclass
class Enrolment:
    """A journal of seats: who holds how many after each entry. Position 1 is `told[0]`."""

    epoch: str = EPOCH
    told: list[tuple[str, int]] = field(default_factory=list)
    asked: list[int] = field(default_factory=list)
    versions: list[dict[str, Any]] = field(default_factory=list)
    address: str = ""

    def answer(self, *, after: int, limit: int) -> dict[str, Any]:
        """Tell the seats moved by up to `limit` entries, one line a class with its newest number."""
        self.asked.append(after)
        upto = min(after + limit, len(self.told))
        moved = {class_id for class_id, _ in self.told[after:upto]}
        newest = {c: (h, p) for p, (c, h) in enumerate(self.told, start=1) if c in moved}
        return {
            "epoch": self.epoch,
            "size": len(self.told),
            "from_digest": self.digest(after),
            "after": upto,
            "digest": self.digest(upto),
            "classes": [
                {"class_id": c, "seats": 16, "held": held, "position": position}
                for c, (held, position) in newest.items()
            ],
        }

    def digest(self, position: int) -> str | None:
        """Hash one entry; None at the beginning and beyond the end."""
        if not 0 < position <= len(self.told):
            return None
        return hashlib.sha256(repr(self.told[position - 1]).encode()).hexdigest()


@contextmanager
def serving(enrolment: Enrolment) -> Iterator[Enrolment]:
    """Serve it over HTTP until the block ends."""
    app = Flask("enrolment-stand-in")

    @app.get("/internal/seats")
    def seats() -> Response:
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return Response(status=401)
        query = request.args
        return jsonify(enrolment.answer(after=int(query["after"]), limit=int(query["limit"])))

    @app.get("/internal/rules")
    def rules() -> Response:
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return Response(status=401)
        return jsonify(versions=enrolment.versions)

    @app.post("/oauth/token")
    def token() -> Response:
        allowed = (
            request.authorization is not None and request.authorization.password == CLIENT_SECRET
        )
        return jsonify(access_token=TOKEN, expires_in=900) if allowed else Response(status=401)

    with served(app) as enrolment.address:
        yield enrolment
