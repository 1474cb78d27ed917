"""A process that is told something unusable does not start, and says what in one line of its own."""

from __future__ import annotations

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from deploy.local.ports import LOOPBACK
from deploy.local.process import ROOT
from tests.waiting import eventually

APPLICATION = "services.catalog.app:create_app()"
USABLE = {
    "ENVIRONMENT": "development",
    "DATABASE_URL": "sqlite:///nowhere.sqlite",
    "TOKEN_ISSUER": "http://accounts.test",
    "BIND": "127.0.0.1:0",
}


def served(**changes: str) -> subprocess.CompletedProcess[str]:
    """Serve the catalogue with something changed in its environment, until it gives up."""
    return subprocess.run(
        [sys.executable, "-m", "gunicorn", "-c", "deploy/gunicorn.conf.py", APPLICATION],
        cwd=ROOT,
        env={**os.environ, **USABLE, **changes},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def critical_lines(done: subprocess.CompletedProcess[str]) -> list[str]:
    """Return what a process said last, of which everything is in the form of its log."""
    lines = [json.loads(line) for line in (done.stdout + done.stderr).splitlines()]
    return [line["event"] for line in lines if line["level"] == "critical"]


@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        ("WEB_WORKERS", "x", "a whole number from 1 to 99999"),
        ("WEB_WORKERS", "0", "a whole number from 1 to 99999"),
        ("THREADS", "-1", "a whole number from 1 to 99999"),
        ("GRACEFUL_SECONDS", "1.5", "a whole number from 1 to 99999"),
        ("KEEPALIVE_SECONDS", "", "a whole number from 1 to 99999"),
        ("WORKER", "foo", "one of thread, gevent"),
        ("BIND", "8000", "host:port"),
        ("BIND", "127.0.0.1:http", "host:port"),
        ("BIND", "127.0.0.1:70000", "host:port"),
        ("LOG_LEVEL", "verbose", "one of debug, info, warning, error"),
    ],
)
def test_what_the_server_cannot_use_is_one_line(name: str, value: str, wanted: str) -> None:
    done = served(**{name: value})
    assert done.returncode == 1
    assert done.stderr == f"{name} must be {wanted}, not {value!r}\n"


@pytest.mark.parametrize(
    ("address", "said"),
    [
        (
            "sqlite:///{folder}/empty.sqlite",
            "the database in DATABASE_URL has no schema; run: python -m chassis.migrations services.catalog",
        ),
        (
            "postgresql://catalog_app@127.0.0.1:9/catalog",
            'the database in DATABASE_URL cannot be reached: connection to server at "127.0.0.1", port 9 failed: '
            "Connection refused Is the server running on that host and accepting TCP/IP connections?",
        ),
    ],
)
def test_a_database_that_a_service_cannot_use_in_production_ends_it_with_one_line(
    address: str, said: str, tmp_path: Path
) -> None:
    done = served(
        ENVIRONMENT="production",
        DATABASE_URL=address.format(folder=tmp_path),
        JWKS_URL="http://127.0.0.1:9/jwks.json",
        FINGERPRINT_KEY=secrets.token_hex(32),
        SEARCH_INDEX=str(tmp_path / "search"),
    )
    assert done.returncode != 0
    assert critical_lines(done) == [said]


@pytest.mark.parametrize("worker", ["thread", "gevent"])
@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("TOKEN_ISSUER", "", "TOKEN_ISSUER is not set"),
        ("TOKEN_ISSUER", "BALAI", "TOKEN_ISSUER must be a web address"),
        ("TOKEN_ISSUER", "ftp://x", "TOKEN_ISSUER must be a web address"),
        ("TOKEN_ISSUER", "https://x/?a=1", "TOKEN_ISSUER must be a web address"),
        ("DATABASE_POOL", "0", "DATABASE_POOL must be"),
    ],
)
def test_a_setting_that_a_service_cannot_use_ends_it_with_one_line_that_says_so(
    worker: str, name: str, value: str, said: str
) -> None:
    done = served(WORKER=worker, **{name: value})
    assert done.returncode != 0
    assert [text.startswith(said) for text in critical_lines(done)] == [True]


def test_one_that_is_told_to_stop_while_it_gives_up_says_why_and_nothing_of_its_inside(
    tmp_path: Path,
) -> None:
    log = tmp_path / "log"
    with log.open("w") as opened:
        server = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "-c", "deploy/gunicorn.conf.py", APPLICATION],
            cwd=ROOT,
            env={**os.environ, **USABLE, "TOKEN_ISSUER": "BALAI"},
            stdout=opened,
            stderr=opened,
        )
    eventually(lambda: "TOKEN_ISSUER must be" in log.read_text(), what="it gives up")
    # It learns of the end of its worker and of being told to stop at once, the latter first.
    server.send_signal(signal.SIGSTOP)
    eventually(lambda: state_of_child(server.pid) == "Z", what="its worker has ended")
    server.send_signal(signal.SIGTERM)
    server.send_signal(signal.SIGCONT)
    server.wait(60)
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert [line["event"] for line in lines if line["level"] == "critical"] == [
        "TOKEN_ISSUER must be a web address such as https://balai.example, not 'BALAI'"
    ]


def state_of_child(process: int) -> str:
    """Return the state of a process's one child, as `ps` calls it."""
    [child] = (
        (Path("/proc") / str(process) / "task" / str(process) / "children").read_text().split()
    )
    return (Path("/proc") / child / "stat").read_text().rpartition(")")[2].split()[0]


@contextmanager
def listening() -> Iterator[tuple[socket.socket, str]]:
    """Listen somewhere; give what listens and its address."""
    with socket.create_server((LOOPBACK, 0)) as taken:
        yield taken, f"{LOOPBACK}:{taken.getsockname()[1]}"


@pytest.mark.parametrize("worker", ["thread", "gevent"])
def test_an_address_that_is_taken_is_one_line_that_names_the_setting(worker: str) -> None:
    with listening() as (_, address):
        done = served(WORKER=worker, BIND=address)
    assert done.returncode == 1
    assert critical_lines(done) == [f"BIND {address} cannot be listened at: Address already in use"]
    assert len((done.stdout + done.stderr).splitlines()) == 2, "gunicorn says that it starts"


def test_an_address_of_another_machine_is_refused_at_once() -> None:
    done = served(BIND="192.0.2.1:8000")
    said = "BIND 192.0.2.1:8000 cannot be listened at: Cannot assign requested address"
    assert critical_lines(done) == [said]


def test_an_address_that_somebody_leaves_in_a_moment_is_waited_for() -> None:
    with listening() as (taken, address):
        leaving = threading.Timer(1.5, taken.close)
        leaving.start()
        done = served(BIND=address, TOKEN_ISSUER="")
        leaving.join()
    assert critical_lines(done) == ["TOKEN_ISSUER is not set"]
