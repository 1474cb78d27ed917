"""A stand-in for accounts, as far as a worker asks it for anything: a token for its credentials."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask, Response, jsonify, request

from tests.served import served
from tests.services.enrolment.house import WORKER_VARIABLES
from tests.tokens import token


@contextmanager
def accounts() -> Iterator[str]:
    """Serve it until the block ends; give its address."""
    app = Flask("accounts-stand-in")

    @app.post("/oauth/token")
    def give() -> Response:
        given = request.authorization
        if given is None or given.password != WORKER_VARIABLES["CLIENT_SECRET"]:
            return Response(status=401)
        return jsonify(access_token=token(role="system"), expires_in=900)

    with served(app) as address:
        yield address
