"""How to tell from outside that a process is ready."""

from __future__ import annotations

import contextlib
import http.client
import socket
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from deploy.local.ports import LOOPBACK

Check = Callable[[], bool]


def answers(url: str) -> Check:
    """Ready when an address answers 200."""

    def check() -> bool:
        parts = urlsplit(url)
        connection = http.client.HTTPConnection(parts.hostname or LOOPBACK, parts.port, timeout=2)
        try:
            with contextlib.closing(connection):
                connection.request("GET", parts.path)
                return connection.getresponse().status == http.client.OK
        except (OSError, http.client.HTTPException):
            return False

    return check


def accepts(port: int) -> Check:
    """Ready when a port of the loopback address accepts connections."""

    def check() -> bool:
        try:
            socket.create_connection((LOOPBACK, port), timeout=2).close()
        except OSError:
            return False
        return True

    return check


def serves_queries(data: Path, port: int) -> Check:
    """Ready when the PostgreSQL server over a data folder says so; its port is open before that.

    Not before its port is open, either: until then the file may be that of a server that was killed.
    """
    listens = accepts(port)

    def check() -> bool:
        if not listens():
            return False
        try:
            lines = (data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return False
        return len(lines) >= 8 and lines[7].strip() == "ready"

    return check


def always() -> bool:
    """Ready as soon as it was started."""
    return True
