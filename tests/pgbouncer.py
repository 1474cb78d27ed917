"""A real PgBouncer before the tests' PostgreSQL, by the file that deployments are told to use."""

from __future__ import annotations

import configparser
import os
import random
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import sqlalchemy as sa

from deploy.local.databases import SERVICES, ServiceDatabase
from deploy.local.ports import LOOPBACK, free_ports
from deploy.local.process import ROOT, Process
from deploy.local.readiness import accepts
from deploy.local.server_user import server_user
from deploy.local.supervisor import Supervisor
from tests.databases import PASSWORD, new_folder_for_server

NAME = "pgbouncer"
SHIPPED = ROOT / "deploy" / "pgbouncer" / "pgbouncer.ini"
THROUGH_POOLER = bool(os.environ.get("THROUGH_POOLER"))
"""Whether the tests' databases are reached through a pooler: `make test-pooler` says so."""

_FOLDERS = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin"


@dataclass(frozen=True)
class Pooler:
    """A PgBouncer that runs."""

    port: int
    supervisor: Supervisor

    def restart(self) -> None:
        """Kill it, and wait until another one answers at the same port."""
        self.supervisor.restart(NAME)
        list(self.supervisor.wait_until_ready(seconds=20))

    def before(self, address: str) -> str:
        """Return the address that leads to a database through this pooler, and says so."""
        url = sa.make_url(address).set(host=LOOPBACK, port=self.port)
        said = url.update_query_dict({"pooler": "transaction"})
        return said.render_as_string(hide_password=False)

    def before_application(self, database: ServiceDatabase) -> ServiceDatabase:
        """Return a database whose application goes through this pooler, and its owner directly."""
        return replace(database, application=self.before(database.application))


OpenPooler = Callable[..., AbstractContextManager[Pooler]]
"""Runs a PgBouncer of its own with some settings for the time of a block."""


class PoolerForAll:
    """Puts one pooler before every database that the tests make, for every service's application."""

    def __init__(self, stack: ExitStack) -> None:
        """The pooler, started with the first database, ends with the stack."""
        self._stack = stack
        self._pooler: Pooler | None = None

    def __call__(self, server: str, database: ServiceDatabase) -> ServiceDatabase:
        if self._pooler is None:
            folder = self._stack.enter_context(new_folder_for_server())
            roles = [f"{service}_app" for service in (*SERVICES, "chassis")]
            self._pooler = self._stack.enter_context(
                pgbouncer(folder, server, roles=roles, password=PASSWORD)
            )
        return self._pooler.before_application(database)


@contextmanager
def pgbouncer(
    folder: Path, server: str, *, roles: Iterable[str], password: str, **changes: object
) -> Iterator[Pooler]:
    """Run a PgBouncer for the time of a block, before the server at an address; `changes` are settings of its own.

    Raises `FileNotFoundError` where there is no PgBouncer on this machine: these tests are not for such.
    """
    program = shutil.which("pgbouncer", path=_FOLDERS)
    if program is None:
        raise FileNotFoundError("there is no PgBouncer here: install Debian's package pgbouncer")
    port = next(free_ports(random.Random()))
    users = folder / "userlist.txt"
    users.write_text("".join(f'"{role}" "{password}"\n' for role in roles), "utf-8")
    settings = folder / "pgbouncer.ini"
    url = sa.make_url(server)
    own = {"listen_port": port, "auth_file": users, "unix_socket_dir": "", **changes}
    settings.write_text(_written(f"host={url.host} port={url.port or 5432}", own), "utf-8")
    supervisor = Supervisor(logs=folder / "log")
    process = Process(
        name=NAME,
        command=(program, str(settings)),
        environment={"LC_ALL": "C"},
        ready=accepts(port),
        folder=folder,
        user=server_user(folder / "none"),
    )
    try:
        supervisor.start(process)
        list(supervisor.wait_until_ready(seconds=20))
        yield Pooler(port, supervisor)
    finally:
        supervisor.stop()


def _written(place: str, own: dict[str, object]) -> str:
    """Write the shipped file with another server behind it and some settings changed."""
    shipped = configparser.ConfigParser(interpolation=None, delimiters=("=",))
    shipped.read_string(SHIPPED.read_text("utf-8"))
    lines = ["[databases]", f"* = {place}", "[pgbouncer]"]
    lines += [f"{name} = {value}" for name, value in {**shipped["pgbouncer"], **own}.items()]
    return "\n".join([*lines, ""])
