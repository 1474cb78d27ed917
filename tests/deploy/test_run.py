from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deploy.local.ports import LOOPBACK, free_ports, is_free
from deploy.local.process import ROOT

Start = Callable[..., subprocess.Popen[str]]
STOPPED_IN_ORDER = ["gateway", "catalog-worker", "catalog"]


@pytest.fixture
def port() -> int:
    return next(free_ports(random.Random()))


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    return tmp_path / "notes"


@pytest.fixture
def start(tmp_path: Path, port: int, notes: Path) -> Iterator[Start]:
    """Start `make run` over stand-ins; whatever is left at the end is killed."""
    started: list[subprocess.Popen[str]] = []

    def run(**variables: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.deploy.stand_in_run"],
            cwd=ROOT,
            env={
                **os.environ,
                "VAR": str(tmp_path / "var"),
                "PORT": str(port),
                "NOTES": str(notes),
                **variables,
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(process)
        return process

    yield run
    for process in started:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def _read_until(process: subprocess.Popen[str], text: str) -> str:
    assert process.stdout is not None
    read = ""
    for line in process.stdout:
        read += line
        if text in line:
            return read
    raise AssertionError(f"{text!r} was never printed, but: {read}")


def _end(process: subprocess.Popen[str]) -> str:
    return process.communicate(timeout=60)[0]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_the_gateway_first_and_the_services_last(
    start: Start, notes: Path, port: int, number: signal.Signals
) -> None:
    process = start()
    _read_until(process, "Balai runs at")
    process.send_signal(number)
    assert _end(process).endswith(f"Stopping ({number.name})\nStopped\n")
    assert process.returncode == 0
    assert notes.read_text().split() == STOPPED_IN_ORDER
    assert is_free(port)


def test_everything_stops_when_nobody_reads_the_output_any_more(
    start: Start, notes: Path, port: int
) -> None:
    process = start()
    _read_until(process, "Balai runs at")
    assert process.stdout is not None
    process.stdout.close()
    assert process.wait(timeout=60) == 0
    assert notes.read_text().split() == STOPPED_IN_ORDER
    assert is_free(port)


def test_a_reader_lost_during_the_start_stops_everything_too(start: Start, port: int) -> None:
    process = start(PREPARATION="import time; time.sleep(600)")
    assert process.stdout is not None
    process.stdout.close()
    assert process.wait(timeout=60) == 0
    assert is_free(port)


def test_a_process_that_dies_is_named_and_ends_everything_with_an_exit_code(
    start: Start, notes: Path, tmp_path: Path
) -> None:
    process = start()
    _read_until(process, "Balai runs at")
    log = tmp_path / "var" / "log" / "catalog-worker.log"
    os.kill(int(log.read_text()), signal.SIGKILL)
    output = _end(process)
    assert "catalog-worker stopped with signal SIGKILL" in output
    assert str(log) in output
    assert process.returncode == 1
    assert notes.read_text().split() == ["gateway", "catalog"]


def test_a_preparation_that_fails_is_shown_and_no_service_is_started(
    start: Start, tmp_path: Path, port: int
) -> None:
    process = start(PREPARATION="raise SystemExit('no such province')")
    output = _end(process)
    assert "preparation stopped with exit code 1" in output
    assert "no such province" in output
    assert process.returncode == 1
    assert not (tmp_path / "var" / "log" / "catalog.log").exists()
    assert is_free(port)


def test_a_taken_port_is_told_in_one_line_and_nothing_is_started(start: Start, port: int) -> None:
    with socket.create_server((LOOPBACK, port)):
        process = start()
        output = _end(process)
    assert output == (
        f"Cannot start: port {port} is taken; choose another, as in: make run PORT={port + 1}\n"
    )
    assert process.returncode == 1


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({"PORT": "70000"}, "PORT must be a number from 1 to 65535, not '70000'"),
        ({"PORT": "eighty"}, "PORT must be a number from 1 to 65535, not 'eighty'"),
        ({"DATABASE": "mysql"}, "DATABASE must be sqlite or postgresql, not 'mysql'"),
        (
            {"DATABASE": "postgresql", "CATALOG_DATABASE_URL": "postgres://a:secret@localhost/b"},
            "CATALOG_DATABASE_URL must be an address of the form postgresql://user:password@host:5432/name",
        ),
    ],
)
def test_a_setting_that_makes_no_sense_is_told_in_one_line(
    start: Start, variables: dict[str, str], told: str
) -> None:
    assert _end(start(**variables)) == f"Cannot start: {told}\n"


@pytest.mark.parametrize("same_port", [True, False])
def test_a_second_system_over_the_same_data_is_told_where_the_first_one_is(
    start: Start, port: int, tmp_path: Path, same_port: bool
) -> None:
    _read_until(start(), "Balai runs at")
    second = start(PORT=str(port if same_port else next(free_ports(random.Random()))))
    assert _end(second) == (
        f"Cannot start: this Balai is running already at http://127.0.0.1:{port}, over {tmp_path / 'var'};"
        " use it, or stop it first\n"
    )
    assert second.returncode == 1


def test_a_second_request_to_stop_kills_what_is_still_running(start: Start, port: int) -> None:
    process = start(DEAF="gateway")
    _read_until(process, "Balai runs at")
    process.send_signal(signal.SIGINT)
    _read_until(process, "Stopping")
    process.send_signal(signal.SIGINT)
    assert "Killed what was still running" in _end(process)
    assert process.returncode == 1
    assert is_free(port)
