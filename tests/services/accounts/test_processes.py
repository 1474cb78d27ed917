"""The service as it runs: behind gunicorn for the other services, and its worker."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import requests
import sqlalchemy as sa

from chassis.http_client import ServiceClient
from chassis.identity import TokenVerifier
from chassis.issuer_keys import PublishedKeys
from chassis.settings import SettingsError
from chassis.system_token import SystemToken
from deploy.local.databases import ServiceDatabase
from deploy.local.ports import free_ports
from deploy.local.readiness import answers
from services.accounts.service import AccountsService, opened_service, start_service
from services.accounts.settings import read_settings
from services.accounts.storage import SIGNING_KEY
from services.accounts.storage.signing_keys import load_signing_keys
from tests.services.accounts.conftest import CLIENT_ID, SECRET
from tests.services.accounts.people import add_staff
from tests.tokens import AUDIENCE, ISSUER
from tests.waiting import eventually
from tests.web_process import web_process

ROOT = Path(__file__).parents[3]
APPLICATION = "services.accounts.app:create_app()"


def test_a_service_gets_its_token_and_another_verifies_it(
    house: AccountsService, variables: dict[str, str], tmp_path: Path
) -> None:
    """The whole way over HTTP, with the clients that the services themselves use."""
    del house
    with web_process(APPLICATION, folder=tmp_path, environment=variables) as process:
        accounts = ServiceClient(process.address)
        own_token = SystemToken(
            ServiceClient(f"{process.address}/oauth/token"),
            client_id=CLIENT_ID,
            client_secret=SECRET,
        )
        keys = PublishedKeys(lambda: accounts.get_json("/.well-known/jwks.json"))
        verifier = TokenVerifier(issuer=ISSUER, audience=AUDIENCE, keys=keys)
        principal = verifier.verify(own_token())
        feed = accounts.get_json("/internal/feed", token=own_token())
        log = process.log.read_text(encoding="utf-8")
    assert (principal.subject, principal.role) == (CLIENT_ID, "system")
    assert [entry["kind"] for entry in feed["entries"]] == ["key-created", "client-registered"]
    assert SECRET not in log
    assert own_token() not in log


def test_tokens_given_and_refused_are_counted(
    house: AccountsService, variables: dict[str, str], tmp_path: Path
) -> None:
    del house
    form = {"grant_type": "client_credentials", "client_id": CLIENT_ID}
    with web_process(APPLICATION, folder=tmp_path, environment=variables) as process:
        for secret in (SECRET, SECRET, "wrong"):
            requests.post(
                f"{process.address}/oauth/token",
                data={**form, "client_secret": secret},
                timeout=30,
            )
        metrics = requests.get(f"{process.address}/metrics", timeout=30).text
    assert 'tokens_issued_total{role="system"} 2.0' in metrics
    assert 'tokens_refused_total{reason="invalid-client"} 1.0' in metrics
    assert SECRET not in metrics


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"KEY_ENCRYPTION_KEY": ""}, "KEY_ENCRYPTION_KEY is not set"),
        ({"KEY_ENCRYPTION_KEY": "6b" * 32}, "KEY_ENCRYPTION_KEY does not open"),
        ({"TOKEN_ISSUER": ""}, "TOKEN_ISSUER is not set"),
        ({"SIGNING_KEY_DAYS": "0"}, "SIGNING_KEY_DAYS must be"),
    ],
)
def test_a_process_with_unusable_settings_does_not_start_and_says_why(
    house: AccountsService, variables: dict[str, str], change: dict[str, str], message: str
) -> None:
    del house
    done = subprocess.run(
        [sys.executable, "-m", "services.accounts.worker"],
        cwd=ROOT,
        env={**os.environ, **variables, "MESSAGE_SENDER": "print", **change},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert message in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("name", ["KEY_ENCRYPTION_KEY", "FINGERPRINT_KEY"])
def test_other_keys_than_those_that_people_are_kept_under_are_refused(
    house: AccountsService, variables: dict[str, str], name: str
) -> None:
    wrong = read_settings({**variables, name: "6b" * 32})
    start_service(wrong).database.dispose()  # nobody is there yet
    add_staff(house, "rina@lpk.example")
    start_service(read_settings(variables)).database.dispose()
    with pytest.raises(SettingsError, match="start with the keys of that time"):
        start_service(wrong)
    with (
        pytest.raises(SettingsError, match="start with the keys of that time"),
        opened_service(wrong),
    ):
        pass


@pytest.mark.parametrize("dialect", ["postgresql"])
def test_in_production_no_process_runs_as_the_owner_of_the_journal(
    provision: Callable[[str], ServiceDatabase], variables: dict[str, str]
) -> None:
    database = provision("services.accounts")
    production = {**variables, "ENVIRONMENT": "production"}
    with pytest.raises(SettingsError, match="could rewrite journal_entry"):
        start_service(read_settings({**production, "DATABASE_URL": database.owner}))
    house = start_service(read_settings({**production, "DATABASE_URL": database.application}))
    house.database.dispose()


def test_the_worker_rolls_keys_over_and_stops_when_told(
    house: AccountsService, variables: dict[str, str]
) -> None:
    _make_work(house)
    port = next(free_ports(random.Random()))
    worker = subprocess.Popen(
        [sys.executable, "-m", "services.accounts.worker"],
        cwd=ROOT,
        env={
            **os.environ,
            **variables,
            "MESSAGE_SENDER": "print",
            "METRICS_BIND": f"127.0.0.1:{port}",
        },
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        eventually(lambda: _is_done(house), what="the key is rolled over")
        # It may do so before it listens.
        address = f"http://127.0.0.1:{port}/metrics"
        eventually(answers(address), what="the worker tells its metrics")
        metrics = requests.get(address, timeout=30).text
    finally:
        worker.send_signal(signal.SIGTERM)
        output = worker.communicate(timeout=30)[0]
    assert _is_done(house)
    assert worker.returncode == 0
    assert "process_cpu_seconds_total" in metrics
    events = [json.loads(line)["event"] for line in output.splitlines()]
    assert [event for event in events if event != "source-away"] == [
        "worker-started",
        "worker-stopped",
    ], "enrolment, whose erasures it follows, is not there"


def _make_work(house: AccountsService) -> None:
    """Leave a key that is too old."""

    def age(connection: sa.Connection) -> None:
        long_ago = house.database.now(connection) - house.settings.signing_key_age
        connection.execute(sa.update(SIGNING_KEY).values(created_at=long_ago, signs_from=long_ago))

    house.transactions.run(age)


def _is_done(house: AccountsService) -> bool:
    with house.database.reading() as connection:
        return len(load_signing_keys(connection)) == 2
