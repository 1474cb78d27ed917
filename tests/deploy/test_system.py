from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from deploy.local.banner import banner
from deploy.local.process import ROOT
from deploy.local.process_table import SAMPLE_ROLES
from deploy.local.sample_notes import SampleNotes
from sample.record import Facts
from tests.databases import DatabaseMaker
from tests.running_system import RunningSystem, start_system

TIMEOUT = 30


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


def test_a_second_start_keeps_the_data_the_credentials_and_loads_nothing_twice(
    tmp_path: Path, dialect: str, database_maker: DatabaseMaker
) -> None:
    system = start_system(tmp_path, dialect=dialect, maker=database_maker)
    try:
        facts = system.load_sample_data()
        first = _enrol(system, facts, _token_for(system, "holder"))
        assert first.status_code == 201, first.text
        checked = _get(system, "/consistency", _token_for(system, "auditor")).json()
        assert checked["differences"] == []
    finally:
        assert system.stop() == []
    again = RunningSystem(tmp_path, dialect=dialect, databases=system.databases)
    try:
        assert again.load_sample_data() == facts
        assert _enrol(again, facts, _token_for(again, "holder")).content == first.content
        assert _get(again, "/consistency", _token_for(again, "auditor")).json() == checked
    finally:
        assert again.stop() == []


def test_the_banner_names_what_a_first_request_needs(system: RunningSystem) -> None:
    facts = Facts(
        "p-id", "p-name", "course", "Title", "the-class", 250_000, "wave", "1234567812345678"
    )
    text = banner(system.plan, facts)
    for role in SAMPLE_ROLES:
        assert system.plan.secrets[f"SAMPLE_{role.upper()}_SECRET"] in text
    assert f"curl -i {system.address}/api/v1/enrolments" in text
    assert '{"class_id": "the-class", "expected_price": 250000}' in text


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({}, "say which role"),
        ({"ROLE": "king"}, "there is no role 'king'"),
        ({"ROLE": "holder"}, "the role holder needs a card"),
        ({"ROLE": "holder", "CARD": "1234567812345678"}, "that card was not found"),
    ],
)
def test_a_token_that_cannot_be_made_is_refused_in_one_line(
    system: RunningSystem, variables: dict[str, str], told: str
) -> None:
    done = _make_token(system.folder, **variables)
    assert done.returncode == 1
    assert done.stderr.startswith("token: ")
    assert told in done.stderr
    assert done.stderr.count("\n") == 1


def test_the_token_command_prints_one_token_that_the_gateway_accepts(system: RunningSystem) -> None:
    done = _make_token(system.folder, ROLE="operator")
    assert _get(system, "/consistency", done.stdout.strip()).status_code == 200
    assert _get(system, "/consistency", done.stdout.strip() + "x").status_code == 401


def test_without_a_system_the_token_command_says_how_to_start_one(tmp_path: Path) -> None:
    assert _make_token(tmp_path, ROLE="operator").stderr == (
        "token: start the system first, with: make run\n"
    )


def _make_token(folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if name not in ("ROLE", "CARD")}
    return subprocess.run(
        [sys.executable, "-m", "deploy.local.token"],
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
