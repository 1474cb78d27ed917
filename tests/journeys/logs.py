"""What processes have written down."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from deploy.local import environment_file
from tests.journeys.world import World

TOKEN = re.compile(r"eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}")
SIXTEEN_DIGITS = re.compile(r"(?<![0-9A-Za-z.-])[0-9]{16}(?![0-9A-Za-z.-])")


def logs_of(world: World) -> Iterator[tuple[str, str]]:
    """Yield every process's name and log, those of its earlier starts too. The database's own is not ours."""
    yield from world.past_logs
    for process in world.system.supervisor.names():
        if process != "postgres":
            yield process, world.system.log_of(process)


def lines_of(log: str) -> Iterator[dict[str, Any]]:
    """Read a log line by line. Raises `ValueError` for a line that is not JSON."""
    for line in log.splitlines():
        found: dict[str, Any] = json.loads(line)
        yield found


def of_request(lines: Iterable[Mapping[str, Any]], request_id: str) -> list[Mapping[str, Any]]:
    """Return what a log says of one request."""
    return [line for line in lines if line.get("request_id") == request_id]


def secrets_of(world: World) -> set[str]:
    """Return what stands in no log: everything personal, every credential, every key of this system."""
    own = environment_file.read(world.system.folder / "secrets.env")
    return world.people.private | set(own.values())


def told_secrets(world: World, text: str) -> set[str]:
    """Return what a text tells that it must not: known secrets, and whatever looks like a number or token."""
    known = {secret for secret in secrets_of(world) if secret in text}
    return known | set(TOKEN.findall(text)) | set(SIXTEEN_DIGITS.findall(text))
