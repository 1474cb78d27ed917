"""Real gunicorn processes for tests, each on a port of the system's choosing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.tokens import AUDIENCE, ISSUER

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 30.0


@dataclass
class Server:
    """A running gunicorn: its master process, where it listens and what it wrote."""

    process: subprocess.Popen[bytes]
    output: Path
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def log(self) -> str:
        return self.output.read_text()

    def wait_until_logged(self, text: str, *, seconds: float = 30.0) -> None:
        """Wait for a piece of text in what it writes."""
        self.wait_until_logged_times(text, 1, seconds=seconds)

    def wait_until_logged_times(self, text: str, times: int, *, seconds: float = 30.0) -> None:
        """Wait until a piece of text stands so many times in what it writes."""
        given_up = time.monotonic() + seconds
        while self.log().count(text) < times:
            assert time.monotonic() < given_up, f"not logged {times} times: {text}"
            time.sleep(0.02)

    def request_lines(self, request_id: str) -> list[dict[str, Any]]:
        """Return the lines that it logged about a request that it has ended."""
        lines = [json.loads(line) for line in self.log().splitlines() if request_id in line]
        return [line for line in lines if line["event"] == "request"]

    def worker(self) -> int:
        """Return the number of its (only) worker process."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return int(children.read_text().split()[0])

    def memory(self) -> int:
        """Return the bytes that its worker has in memory."""
        for line in Path(f"/proc/{self.worker()}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
        raise AssertionError("no such process")

    def stop(self) -> int:
        """Tell it to stop (SIGTERM) and return its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=60)


@contextmanager
def gunicorn(
    application: str,
    folder: Path,
    *,
    environment: Mapping[str, str] | None = None,
    arguments: tuple[str, ...] = (),
) -> Iterator[Server]:
    """Run an application under the project's own gunicorn settings until the block ends."""
    output = folder / f"{time.monotonic_ns()}.log"
    variables = {**os.environ, "BIND": "127.0.0.1:0", **(environment or {})}
    command = [sys.executable, "-m", "gunicorn", "-c", "deploy/gunicorn.conf.py", *arguments]
    with output.open("wb") as sink:
        process = subprocess.Popen(
            [*command, application], cwd=ROOT, env=variables, stdout=sink, stderr=sink
        )
    server = Server(process, output)
    try:
        server.port = _listening_port(server)
        yield server
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(timeout=60)


def gateway_environment(upstream: str, **more: str) -> dict[str, str]:
    """Return what a gateway needs in its environment; one address serves as every service."""
    return {
        "WORKER": "gevent",
        "CATALOG_URL": upstream,
        "ENROLMENT_URL": upstream,
        "ACCOUNTS_URL": upstream,
        "JWKS_URL": f"{upstream}/.well-known/jwks.json",
        "TOKEN_ISSUER": ISSUER,
        "TOKEN_AUDIENCE": AUDIENCE,
        **more,
    }


def _listening_port(server: Server) -> int:
    """Wait until the worker serves, and return the port that the system chose."""
    given_up = time.monotonic() + START_SECONDS
    while time.monotonic() < given_up:
        lines = server.log().splitlines()
        port = next((_port(line) for line in lines if "Listening at" in line), None)
        if port is not None and any("Booting worker" in line for line in lines):
            return port
        if server.process.poll() is not None:
            break
        time.sleep(0.02)
    raise AssertionError(f"gunicorn did not start:\n{server.log()}")


def _port(line: str) -> int:
    """Take the port out of: Listening at: http://127.0.0.1:41234 (123)."""
    event: dict[str, Any] = json.loads(line)
    return int(event["event"].split("http://127.0.0.1:")[1].split()[0])
