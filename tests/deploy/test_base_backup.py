"""A base backup and the write-ahead log beside it, kept and given back as docs/deploying.md tells an operator to."""

from __future__ import annotations

import os
import random
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from deploy.local.databases import SERVICES
from deploy.local.ports import LOOPBACK, free_ports
from deploy.local.postgres import SUPERUSER, PrivateServer, prepare_server
from deploy.local.process import ROOT
from deploy.local.supervisor import Supervisor
from tests.databases import new_folder_for_server
from tests.waiting import eventually

PAGE = (ROOT / "docs" / "deploying.md").read_text("utf-8")
WAL = ROOT / "deploy" / "backup" / "wal.sh"


@dataclass(frozen=True)
class Archived:
    """A server that keeps its log, with a copy of the program in a folder that its user may enter."""

    folder: Path
    server: PrivateServer

    def settings(self, *names: str) -> str:
        """Return settings as the page has them, with the paths of this machine."""
        lines = re.findall(rf"^(?:{'|'.join(names)}) = .+$", PAGE, re.MULTILINE)
        assert len(lines) == len(names)
        text = "\n".join(lines) + "\n"
        text = text.replace("/opt/balai/deploy/backup", str(self.folder))
        return text.replace("/var/backups/balai", str(self.folder))

    def run(self, *command: str) -> None:
        """Run a command as the server's user."""
        user = self.server.user
        done = subprocess.run(
            command,
            cwd=self.folder,
            env={
                "PATH": f"{self.server.programs.folder}:{os.environ['PATH']}",
                "PGHOST": LOOPBACK,
                "PGPORT": str(self.server.port),
                "PGUSER": SUPERUSER,
                "PGPASSWORD": self.server.password,
            },
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
            user=None if user is None else user.uid,
            group=None if user is None else user.gid,
            extra_groups=None if user is None else [],
        )
        assert done.returncode == 0, done.stderr

    def add(self, file: str, text: str) -> None:
        """Add to a file of the server's data."""
        path = self.server.data / file
        with path.open("a") as opened:
            opened.write(text)
        if self.server.user is not None:
            self.server.user.give(path)

    @contextmanager
    def running(self) -> Iterator[psycopg.Connection]:
        """Run the server meanwhile, and give a connection of its superuser."""
        supervisor = Supervisor(logs=self.folder / "log")
        supervisor.start(self.server.process())
        try:
            list(supervisor.wait_until_ready(seconds=60))
            with psycopg.connect(self.server.address, autocommit=True) as connection:
                yield connection
        finally:
            assert supervisor.stop() == []

    def write(self, value: str) -> None:
        """Write into each service's database."""
        for service in SERVICES:
            with psycopg.connect(self._address(service)) as connection:
                connection.execute("create table if not exists kept (value text)")
                connection.execute("insert into kept values (%s)", [value])

    def written(self) -> dict[str, list[str]]:
        """Return what each service's database holds."""
        held = {}
        for service in SERVICES:
            with psycopg.connect(self._address(service)) as connection:
                rows = connection.execute("select value from kept order by value").fetchall()
                held[service] = [str(value) for (value,) in rows]
        return held

    def _address(self, service: str) -> str:
        return self.server.address.rpartition("/")[0] + f"/{service}"


@pytest.fixture
def archived() -> Iterator[Archived]:
    with new_folder_for_server() as folder:
        port = next(free_ports(random.Random()))
        server = prepare_server(folder / "postgres", port=port, password="only-for-this-test")
        shutil.copy(WAL, folder)
        made = Archived(folder, server)
        (folder / "wal").mkdir()
        if server.user is not None:
            server.user.give(folder)
            server.user.give(folder / "wal")
        names = ("archive_mode", "archive_command", "archive_timeout")
        made.add("postgresql.conf", made.settings(*names))
        yield made


def test_all_databases_come_back_as_of_one_moment(archived: Archived) -> None:
    data, lost = archived.server.data, archived.folder / "lost"
    with archived.running() as superuser:
        for service in SERVICES:
            superuser.execute(f"create database {service}")
        archived.write("1 before the backup")
        base = ("pg_basebackup", "--pgdata", "base", "--checkpoint", "fast")
        archived.run(*base, "--wal-method", "stream")
        archived.run("pg_verifybackup", "base")
        archived.write("2 after the backup")
        row = superuser.execute("select clock_timestamp()::text").fetchone()
        assert row is not None
        archived.write("3 after somebody's mistake")

    data.rename(lost)
    archived.run("cp", "-a", "base", str(data))
    archived.run("cp", "-a", f"{lost}/pg_wal/.", f"{data}/pg_wal/")
    settings = archived.settings(
        "restore_command", "recovery_target_time", "recovery_target_action"
    )
    until = re.sub(r"(recovery_target_time = )'.+'", rf"\1'{row[0]}'", settings)
    archived.add("postgresql.auto.conf", until)
    archived.add("recovery.signal", "")
    with archived.running() as superuser:
        eventually(lambda: not in_recovery(superuser), what="it takes writes again")
        expected = ["1 before the backup", "2 after the backup"]
        assert archived.written() == dict.fromkeys(SERVICES, expected)
        archived.write("4 after the restore")


def in_recovery(connection: psycopg.Connection) -> bool:
    return connection.execute("select pg_is_in_recovery()").fetchone() == (True,)


def wal(*arguments: object) -> int:
    return subprocess.run(["sh", WAL, *map(str, arguments)], check=False).returncode


def test_a_segment_is_kept_once_and_never_written_over(tmp_path: Path) -> None:
    segment, given = tmp_path / "segment", tmp_path / "given"
    segment.write_bytes(b"first" * 1000)
    assert wal("keep", tmp_path, segment, "0001") == 0
    assert wal("keep", tmp_path, segment, "0001") == 0, "handed over again after a crash"
    segment.write_bytes(b"other")
    assert wal("keep", tmp_path, segment, "0001") == 1
    assert wal("give", tmp_path, "0001", given) == 0
    assert given.read_bytes() == b"first" * 1000


def test_the_end_of_the_log_is_not_taken_for_a_segment_that_cannot_be_read(tmp_path: Path) -> None:
    assert wal("give", tmp_path, "0001", tmp_path / "given") == 1
    (tmp_path / "0001.gz").write_bytes(b"damaged")
    assert wal("give", tmp_path, "0001", tmp_path / "given") > 125, "PostgreSQL goes no further"
