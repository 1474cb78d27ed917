from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests

from deploy.local import token as token_command
from deploy.local.banner import banner
from deploy.local.process import ROOT
from deploy.local.process_table import SAMPLE_ROLES
from deploy.local.sample_accounts import SAMPLE_STAFF, sample_password
from deploy.local.sample_card import SampleCard, read_sample_card
from deploy.local.sample_notes import SampleNotes
from sample.record import Facts
from tests.databases import DatabaseMaker
from tests.running_system import RunningSystem, start_system

TIMEOUT = 30
NOT_RUNNING = "token: the system is not running; start it first, with: make run\n"


def _token_for(system: RunningSystem, role: str) -> str:
    answer = requests.post(
        f"{system.address}/oauth/token",
        data={"grant_type": "client_credentials"},
        auth=(f"sample-{role}", system.plan.secrets[f"SAMPLE_{role.upper()}_SECRET"]),
        timeout=TIMEOUT,
    )
    assert answer.status_code == 200, answer.text
    token: str = answer.json()["access_token"]
    return token


def _get(system: RunningSystem, path: str, token: str) -> requests.Response:
    headers = {"Authorization": f"Bearer {token}"}
    return requests.get(f"{system.address}/api/v1{path}", headers=headers, timeout=TIMEOUT)


def _enrol(system: RunningSystem, facts: Facts, token: str) -> requests.Response:
    return requests.post(
        f"{system.address}/api/v1/enrolments",
        json={"class_id": facts.class_id, "expected_price": facts.class_price},
        headers={"Authorization": f"Bearer {token}", "Idempotency-Key": "my-first-enrolment"},
        timeout=TIMEOUT,
    )


def check_sample_card(system: RunningSystem, facts: Facts) -> None:
    """Check that the sample holder's card can be read, used, and named as it is printed."""
    card = read_sample_card(system.plan)
    assert card is not None
    assert card.status == "awarded"
    groups = " ".join(facts.card_number[at : at + 4] for at in range(0, 16, 4))
    assert _make_token(system.folder, ROLE="holder", CARD=groups).returncode == 0


def check_following_again(system: RunningSystem) -> None:
    """Check that services follow each other from the beginning where somebody tells them to."""
    again = _command(system.folder, "services.enrolment.follow_again")
    assert again.stdout.startswith("followed the catalogue to position"), again.stderr
    counted = _command(system.folder, "services.catalog.follow_again")
    assert counted.returncode == 0, counted.stderr


def test_a_second_start_keeps_the_data_the_credentials_and_loads_nothing_twice(
    tmp_path: Path, dialect: str, database_maker: DatabaseMaker
) -> None:
    system = start_system(tmp_path, dialect=dialect, maker=database_maker)
    try:
        facts = system.load_sample_data()
        check_sample_card(system, facts)
        check_following_again(system)
        first = _enrol(system, facts, _token_for(system, "holder"))
        assert first.status_code == 201, first.text
        before = _get(system, "/consistency", _token_for(system, "auditor")).json()
        assert before["differences"] == []
    finally:
        assert system.stop() == []
    assert _make_token(tmp_path, ROLE="operator").stderr == NOT_RUNNING
    again = RunningSystem(tmp_path, dialect=dialect, databases=system.databases)
    try:
        assert again.load_sample_data() == facts
        assert _enrol(again, facts, _token_for(again, "holder")).content == first.content
        after = _get(again, "/consistency", _token_for(again, "auditor")).json()
        assert (after["checked"], after["differences"]) == (before["checked"], [])
    finally:
        assert again.stop() == []


FACTS = Facts("p-id", "p-name", "course", "Title", "the-class", 250_000, "wave", "1234567812345678")
DEADLINE = datetime(2026, 12, 7, 1, 2, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "deadline", "time_left"),
    [
        ("awarded", DEADLINE, "until 7 December 2026; afterwards: make fresh"),
        ("in_training", None, ""),
    ],
)
def test_the_banner_names_what_a_first_request_needs(
    system: RunningSystem, status: str, deadline: datetime | None, time_left: str
) -> None:
    text = banner(system.plan, FACTS, card=SampleCard(status, deadline), kept="all stays")
    assert time_left in text
    assert ("make fresh" in text) == bool(time_left)
    for role in SAMPLE_ROLES:
        assert system.plan.secrets[f"SAMPLE_{role.upper()}_SECRET"] in text
    assert sample_password(system.plan.secrets) in text
    for name in (FACTS.card_number, *(one.email for one in SAMPLE_STAFF)):
        assert name in text
    assert f"curl -i {system.address}/api/v1/enrolments" in text
    assert '{"class_id": "the-class", "expected_price": 250000}' in text


def test_once_the_sample_card_expired_the_banner_says_how_to_get_another_and_shows_no_request(
    system: RunningSystem,
) -> None:
    card = SampleCard("expired", DEADLINE)
    text = banner(system.plan, FACTS, card=card, kept="all stays")
    assert "expired on 7 December 2026" in text
    assert "make fresh run" in text
    assert "curl" not in text


NOBODY = "01a20564-359e-7550-8a5f-7463901d8963"


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({}, "say which role"),
        ({"ROLE": "king"}, "say which role: make token ROLE=holder|"),
        ({"ROLE": "holder"}, "the role holder needs a card"),
        (
            {"ROLE": "holder", "CARD": "1234 5678 1234 5678"},
            "no card has the number 1234567812345678",
        ),
        ({"ROLE": "holder", "CARD": "123"}, "a card's number, sixteen digits, or its id"),
        ({"ROLE": "holder", "CARD": NOBODY}, f"no card has the id {NOBODY}"),
        ({"ROLE": "provider", "PROVIDER": NOBODY}, f"no provider has the id {NOBODY}"),
        ({"ROLE": "officer", "REGION": "99"}, "No region has the code 99"),
    ],
)
def test_a_token_that_cannot_be_made_is_refused_in_one_line(
    system: RunningSystem,
    variables: dict[str, str],
    told: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert token_command.main({"VAR": str(system.folder), **variables}) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("token: ")
    assert told in said.err
    assert said.err.count("\n") == 1


def test_the_token_command_prints_one_token_that_the_gateway_accepts(system: RunningSystem) -> None:
    done = _make_token(system.folder, ROLE="operator")
    assert _get(system, "/consistency", done.stdout.strip()).status_code == 200
    assert _get(system, "/consistency", done.stdout.strip() + "x").status_code == 401


def test_without_a_system_the_token_command_says_how_to_start_one(tmp_path: Path) -> None:
    done = _make_token(tmp_path, ROLE="operator")
    assert (done.returncode, done.stdout, done.stderr) == (1, "", NOT_RUNNING)


def test_a_command_of_a_service_is_run_with_the_settings_of_the_system(
    system: RunningSystem,
) -> None:
    made = _command(system.folder, "services.accounts.register officer --region 32 --name 'A B'")
    assert made.stdout.startswith("client_id="), made.stderr
    client = made.stdout.splitlines()[0].removeprefix("client_id=")
    assert _command(system.folder, f"services.accounts.disable {client}").returncode == 0


@pytest.mark.parametrize("command", ["", "nonsense", "services.enrolment.worker", "'"])
def test_what_is_no_command_of_a_service_is_refused_in_one_line(
    tmp_path: Path, command: str
) -> None:
    done = _command(tmp_path, command)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert done.stderr.startswith("command: COMMAND ")


def test_without_a_system_a_command_says_how_to_start_one(tmp_path: Path) -> None:
    done = _command(tmp_path, "services.accounts.disable somebody")
    assert done.stderr == "command: start the system first, with: make run\n"


def _command(folder: Path, command: str) -> subprocess.CompletedProcess[str]:
    return _run("deploy.local.command", folder, COMMAND=command)


def _make_token(folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    return _run("deploy.local.token", folder, **variables)


def _run(module: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    foreign = ("ROLE", "CARD", "PROVIDER", "REGION", "COMMAND")
    kept = {name: value for name, value in os.environ.items() if name not in foreign}
    return subprocess.run(
        [sys.executable, "-m", module],
        cwd=ROOT,
        env={**kept, "VAR": str(folder), **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def test_an_unfinished_load_is_not_taken_for_a_finished_one(
    system: RunningSystem, tmp_path: Path
) -> None:
    facts = Facts("p", "p", "c", "t", "00000000-0000-7000-8000-000000000000", 1, "w", "1" * 16)
    notes = SampleNotes(tmp_path)
    assert notes.present(system.address) is None
    notes.finish(facts)
    assert notes.present(system.address) is None
