"""From nothing to a running product in production mode, to a backup, a loss and what was saved: on both databases."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from deploy.local.process import ROOT
from tests.deploy.deployed import Deployed, deployed
from tests.journeys import bodies
from tests.waiting import eventually


@pytest.fixture
def product(dialect: str, tmp_path: Path) -> Iterator[Deployed]:
    with deployed(tmp_path, dialect=dialect) as made:
        made.register("operator")
        made.register("auditor")
        yield made


def apply(product: Deployed, name: str) -> None:
    answer = product.call("POST", "/providers", "operator", json=bodies.application(name))
    assert answer.status_code == 201, answer.text


def open_wave(product: Deployed, name: str) -> None:
    answer = product.call("POST", "/waves", "operator", json=bodies.wave(name))
    assert answer.status_code == 201, answer.text


def journal(product: Deployed, name: str) -> list[Any]:
    answer = product.call("GET", f"/log/entries?journal={name}", "auditor")
    assert answer.status_code == 200, answer.text
    entries: list[Any] = answer.json()["items"]
    return entries


def copied(product: Deployed) -> int:
    """Return how far enrolment has followed the catalogue."""
    port = product.ports["enrolment-worker"]
    measures = requests.get(f"http://127.0.0.1:{port}/metrics", timeout=30).text
    lines = [each for each in measures.splitlines() if each.startswith("follower_position{")]
    return next((int(float(line.split()[-1])) for line in lines if "catalog" in line), 0)


def follows_all(product: Deployed) -> Callable[[], bool]:
    return lambda: copied(product) == journal(product, "catalog")[-1]["position"]


def agree(product: Deployed) -> None:
    found = product.call("GET", "/consistency", "auditor").json()
    assert (found["differences"], found["truncated"]) == ([], False)


def test_what_was_saved_comes_back_and_agrees(product: Deployed, tmp_path: Path) -> None:
    saved = tmp_path / "saved"
    apply(product, "BLK Sebelum")
    open_wave(product, "Gelombang 1")
    eventually(follows_all(product), what="enrolment follows the catalogue")
    product.save(saved)
    at_backup = {name: journal(product, name) for name in ("accounts", "catalog", "enrolment")}
    apply(product, "BLK Sesudah")
    open_wave(product, "Gelombang 2")
    eventually(follows_all(product), what="enrolment follows what came after the backup")

    # The catalogue alone is lost: its followers know more than it does, and say so.
    assert product.stop() == []
    product.restore(saved, "catalog")
    product.migrate()
    product.start()
    eventually(lambda: "SourceDiverged" in product.log_of("enrolment-worker"), what="it is noticed")
    assert journal(product, "catalog") == at_backup["catalog"]

    # All three come from the same backup: nobody knows more than whom it follows.
    assert product.stop() == []
    product.restore(saved, "accounts", "enrolment", "catalog")
    product.migrate()
    product.start()
    assert {name: journal(product, name) for name in at_backup} == at_backup
    agree(product)
    open_wave(product, "Gelombang 3")
    apply(product, "BLK Lagi")
    eventually(follows_all(product), what="enrolment follows the restored catalogue")
    assert "SourceDiverged" not in product.log_of("enrolment-worker")
    agree(product)
    assert product.stop() == []


def test_a_copy_of_a_file_is_sound_and_written_over_nothing(tmp_path: Path) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    with sqlite3.connect(source) as connection:
        connection.execute("pragma journal_mode=wal")
        connection.execute("create table kept (value)")
        connection.execute("insert into kept values (1)")
    # Not closed: what was committed is still in the file beside it.
    assert _copy(source, target).returncode == 0
    connection.close()
    with sqlite3.connect(target) as copy:
        assert copy.execute("select value from kept").fetchall() == [(1,)]
    copy.close()
    assert target.stat().st_mode & 0o777 == 0o600
    again = _copy(source, target)
    assert (again.returncode, "not written over" in again.stderr) == (1, True)


def test_a_damaged_file_is_not_taken_for_a_backup(tmp_path: Path) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    with sqlite3.connect(source) as connection:
        connection.execute("create table kept (value)")
        connection.executemany("insert into kept values (?)", [("x" * 900,)] * 200)
    connection.close()
    content = bytearray(source.read_bytes())
    content[8192:8292] = b"\xff" * 100
    source.write_bytes(content)
    assert _copy(source, target).returncode == 1
    assert not target.exists()
    assert _copy(tmp_path / "absent", target).returncode == 1


def _copy(source: Path, target: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "deploy/backup/sqlite.py", str(source), str(target)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
