"""Enrolment's worker as a process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from flask import Flask, Response, jsonify, request
from werkzeug.serving import make_server

from chassis.clock import utc_now
from deploy.local.databases import ServiceDatabase
from services.enrolment.storage.tables import STORED_ANSWER
from tests.services.enrolment.followers.catalogue import DAY, catalogue_on, class_on_offer
from tests.services.enrolment.house import VARIABLES, House
from tests.tokens import token

PATIENCE = 30.0
COMMAND = [sys.executable, "-m", "services.enrolment.worker"]


@contextmanager
def accounts() -> Iterator[str]:
    """Stand in for accounts as far as a worker asks it for anything: a token for its credentials."""
    app = Flask("accounts-stand-in")

    @app.post("/oauth/token")
    def give() -> Response:
        given = request.authorization
        if given is None or given.password != VARIABLES["CLIENT_SECRET"]:
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


def wait_for(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return False


def test_it_follows_the_catalogue_forgets_old_answers_and_stops_when_told(
    house: House, provision: Callable[[str], ServiceDatabase]
) -> None:
    house.enrolled(house.award(), house.put_class(), key="an-old-answer")
    with house.as_owner() as connection:
        connection.execute(sa.update(STORED_ANSWER).values(stored_at=utc_now() - 3 * DAY))
    house.open_wave()
    offered = class_on_offer()
    with (
        accounts() as accounts_address,
        catalogue_on(provision("services.catalog").application) as catalogue,
    ):
        catalogue.tell(("published", offered))
        variables = {
            **VARIABLES,
            "DATABASE_URL": house.places.application,
            "ACCOUNTS_URL": accounts_address,
            "CATALOG_URL": catalogue.address,
        }
        worker = subprocess.Popen(
            COMMAND, env={**os.environ, **variables}, stdout=subprocess.PIPE, text=True
        )
        try:
            path = f"/classes/{offered.class_id}/availability"
            followed = wait_for(lambda: house.get(path).status_code == 200)
            forgotten = wait_for(lambda: len(house.tables()["stored_answer"]) == 1)
            worker.send_signal(signal.SIGTERM)
            output, _ = worker.communicate(timeout=PATIENCE)
        finally:
            worker.kill()
    assert (followed, forgotten, worker.returncode) == (True, True, 0)
    assert "worker-stopped" in output
    assert VARIABLES["CLIENT_SECRET"] not in output


def test_a_missing_setting_is_named_in_one_line_and_nothing_starts() -> None:
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    done = subprocess.run(COMMAND, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr == "enrolment worker: DATABASE_URL is not set\n"
