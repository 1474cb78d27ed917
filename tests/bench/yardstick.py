"""The yardstick: what the database does for one enrolment at a time, with nothing around it, run by pgbench."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from deploy.local.databases import drop_database

FOLDER = Path(__file__).parent
DATABASE = "yardstick"
_TPS = re.compile(r"^tps = ([0-9.]+)", re.MULTILINE)


class PgbenchMissing(Exception):
    """There is no pgbench on this machine; the message says what would help."""


def find_pgbench() -> Path:
    """Return where pgbench is. Raises `PgbenchMissing`."""
    found = shutil.which("pgbench")
    candidates = sorted(Path("/usr/lib/postgresql").glob("*/bin/pgbench"), reverse=True)
    if found is None and not candidates:
        raise PgbenchMissing("pgbench is missing: install Debian's package postgresql")
    return Path(found) if found else candidates[0]


@dataclass(frozen=True)
class Yardstick:
    """The yardstick's database on a server, given as its superuser's address."""

    server: str
    pgbench: Path

    def prepare(self) -> None:
        """Make the yardstick's tables anew: 1,000 classes and a million cards."""
        drop_database(self.server, DATABASE)
        with psycopg.connect(self.server, autocommit=True) as connection:
            connection.execute(f"create database {DATABASE}")
        address = urlsplit(self.server)._replace(path=f"/{DATABASE}").geturl()
        with psycopg.connect(address, autocommit=True) as connection:
            for statement in (FOLDER / "schema.sql").read_text(encoding="utf-8").split(";\n"):
                if statement.strip():
                    connection.execute(statement.encode())

    def run(self, script: str, *, clients: int, seconds: int) -> float:
        """Run one script and return its transactions per second."""
        parts = urlsplit(self.server)
        done = subprocess.run(
            [
                *(str(self.pgbench), "-n", "-M", "simple", "-c", str(clients), "-j", "2"),
                *("-T", str(seconds), "-f", str(FOLDER / script)),
                *("-h", str(parts.hostname), "-p", str(parts.port), "-U", str(parts.username)),
                DATABASE,
            ],
            env={"PATH": os.environ.get("PATH", ""), "PGPASSWORD": parts.password or ""},
            capture_output=True,
            text=True,
            check=True,
        )
        match = _TPS.search(done.stdout)
        if match is None:
            raise RuntimeError(f"pgbench gave no figure: {done.stdout}")
        return float(match[1])
