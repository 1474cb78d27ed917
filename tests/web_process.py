"""One web application under a real gunicorn with the product's own configuration."""

from __future__ import annotations

import json
import os
import random
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy.local.ports import LOOPBACK, free_ports
from deploy.local.process import Process
from deploy.local.readiness import answers
from deploy.local.supervisor import Supervisor


@dataclass(frozen=True)
class WebProcess:
    """A served application: its address, and the file its output goes to."""

    address: str
    log: Path

    def log_lines(self) -> list[dict[str, Any]]:
        """Return what it has logged so far. Raises `ValueError` for a line that is not JSON."""
        return [json.loads(line) for line in self.log.read_text(encoding="utf-8").splitlines()]


@contextmanager
def web_process(
    application: str, *, folder: Path, environment: Mapping[str, str]
) -> Iterator[WebProcess]:
    """Serve an application, such as `services.accounts.app:create_app()`, until the block ends."""
    port = next(free_ports(random.Random()))
    address = f"http://{LOOPBACK}:{port}"
    supervisor = Supervisor(logs=folder)
    process = Process(
        name="web",
        command=(sys.executable, "-m", "gunicorn", "-c", "deploy/gunicorn.conf.py", application),
        environment={**os.environ, **environment, "BIND": f"{LOOPBACK}:{port}"},
        ready=answers(f"{address}/readyz"),
    )
    try:
        supervisor.start(process)
        list(supervisor.wait_until_ready(seconds=60))
        yield WebProcess(address, folder / "web.log")
    finally:
        supervisor.stop()
