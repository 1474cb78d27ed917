"""A stand-in for accounts, as far as a worker asks it for anything: a token for its credentials."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask, Response, jsonify, request
from werkzeug.serving import make_server

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

    server = make_server("127.0.0.1", 0, app)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
