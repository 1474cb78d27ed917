"""Real databases for tests: a new one in milliseconds, on SQLite and on PostgreSQL, as owner and application."""

from __future__ import annotations

import os
import random
import secrets
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from chassis.migrations import migrate
from deploy.local.databases import (
    ServiceDatabase,
    create_database,
    drop_database,
    postgresql_database,
    sqlite_database,
)
from deploy.local.ports import free_ports
from deploy.local.postgres import prepare_server
from deploy.local.supervisor import Supervisor

PASSWORD = "only-for-tests"
LOCK_PATIENCE_MS = 20_000
"""How long a test waits for a lock: a slow disk may not decide who wins a race."""


@contextmanager
def postgresql_server() -> Iterator[str]:
    """Give the address of a PostgreSQL server as its superuser.

    That of TEST_DATABASE_URL where it is set; else a private server (of the machine's programs, or else of the
    wheel), which runs until the block ends and leaves nothing behind.
    """
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield given
        return
    with new_folder_for_server() as folder:
        supervisor = Supervisor(logs=folder / "log")
        try:
            port = next(free_ports(random.Random()))
            server = prepare_server(folder / "postgres", port=port, password=secrets.token_hex(16))
            # It ends at once: writing down thousands of databases that nobody reads again takes a minute.
            supervisor.start(replace(server.process(), stop_signal=signal.SIGQUIT))
            list(supervisor.wait_until_ready(seconds=60))
            yield server.address
        finally:
            supervisor.stop()


@contextmanager
def new_folder_for_server() -> Iterator[Path]:
    """Give an empty folder that a server can enter even if it must run as another user, as under root."""
    folder = Path(tempfile.mkdtemp(prefix="balai-tests-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


class DatabaseMaker:
    """Makes databases for one run of the tests. A service's schema is migrated once and then copied."""

    def __init__(
        self,
        folder: Path,
        server: Iterator[str],
        *,
        before: Callable[[str, ServiceDatabase], ServiceDatabase] | None = None,
    ) -> None:
        """Keep files under `folder`; take the server's address from `server` when it is first needed.

        `before` puts something before a database on the server at an address, such as a pooler.
        """
        self._folder = folder
        self._server = server
        self._before = before
        self._address: str | None = None
        self._run = secrets.token_hex(4)
        self._made = 0
        self._templates: dict[tuple[str, str], ServiceDatabase] = {}
        self._on_server: list[str] = []

    def empty(self, dialect: str, service: str) -> ServiceDatabase:
        """Make a database with nothing in it; `service` names its two roles."""
        self._made += 1
        name = f"test_{self._run}_{self._made}_{service}"
        if dialect == "sqlite":
            folder = self._folder / name
            folder.mkdir()
            return sqlite_database(folder, service)
        self._on_server.append(name)
        return self._on_postgresql(service, name)

    def migrated(self, dialect: str, package: str) -> ServiceDatabase:
        """Make a database with the schema of a service package, such as `services.catalog`, in it."""
        service = package.rpartition(".")[2]
        template = self._templates.get((dialect, package))
        if template is None:
            template = self.empty(dialect, service)
            migrate(package, owner_url=template.owner, application_url=template.application)
            self._templates[dialect, package] = template
        return self.copied(service, template)

    def copied(self, service: str, source: ServiceDatabase) -> ServiceDatabase:
        """Make a copy of a service's database that nobody is connected to any more."""
        if not source.owner.startswith("sqlite:"):
            return self._copied_on_server(service, source)
        if Path(f"{_file(source)}-wal").exists():
            raise RuntimeError(
                "somebody is connected, and what was written last is not in the file"
            )
        made = self.empty("sqlite", service)
        shutil.copy(_file(source), _file(made))
        return made

    def drop_all(self) -> None:
        """Drop every database made on a server that goes on without us; a private one ends with all it has."""
        if not os.environ.get("TEST_DATABASE_URL"):
            return
        for name in self._on_server:
            drop_database(self.server, name)

    @property
    def server(self) -> str:
        """The address of the PostgreSQL server, as its superuser."""
        if self._address is None:
            self._address = next(self._server)
        return self._address

    def _copied_on_server(self, service: str, source: ServiceDatabase) -> ServiceDatabase:
        self._made += 1
        name = f"test_{self._run}_{self._made}_{service}"
        template = source.owner.rpartition("/")[2]
        create_database(self.server, name, owner=f"{service}_owner", template=template)
        self._on_server.append(name)
        return self._on_postgresql(service, name)

    def _on_postgresql(self, service: str, name: str) -> ServiceDatabase:
        made = postgresql_database(
            self.server, service, name=name, application_password=PASSWORD, owner_password=PASSWORD
        )
        return made if self._before is None else self._before(self.server, made)


def _file(database: ServiceDatabase) -> str:
    return database.owner.removeprefix("sqlite:///")
