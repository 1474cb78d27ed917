"""A running system that may be struck: whoever starts its processes again, its server, its network and its disk."""

from __future__ import annotations

import random
import secrets
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import sqlalchemy as sa

from deploy.local.databases import SERVICES, ServiceDatabase, postgresql_database
from deploy.local.ports import free_ports
from deploy.local.postgres import prepare_server
from deploy.local.process import Process
from deploy.local.supervisor import Supervisor
from tests.chassis.proxy import Proxy
from tests.databases import PASSWORD, new_folder_for_server
from tests.faults.disk import SmallDisk, may_mount, mounted
from tests.faults.keeper import Keeper
from tests.journeys.processes import children_of
from tests.journeys.world import World
from tests.running_system import RunningSystem

SERVER_SETTINGS = {
    "max_wal_size": "64MB",  # so that a small disk is enough
    "deadlock_timeout": "100ms",  # shorter than the services wait for a lock, so that it is a deadlock which ends it
}


@dataclass(frozen=True)
class Server:
    """A PostgreSQL server that may be struck, and the network between it and enrolment."""

    address: str
    supervisor: Supervisor
    proxy: Proxy


@dataclass
class Ground:
    """Everything a fault may strike. `disk` is what the databases lie on, where a small one could be mounted."""

    dialect: str
    folder: Path
    system: RunningSystem
    world: World
    keeper: Keeper
    server: Server | None
    disk: SmallDisk | None

    @property
    def postgres(self) -> Server:
        """The server; only what is for PostgreSQL alone asks for it."""
        assert self.server is not None
        return self.server

    @property
    def sqlite_file(self) -> Path:
        """Where enrolment's tables lie on SQLite."""
        address = self.system.databases["enrolment"].application
        return Path(address.removeprefix("sqlite:///"))

    def processes(self) -> list[str]:
        """Return the names of the product's own processes."""
        return self.system.supervisor.names()

    def ready(self) -> bool:
        """Tell whether every process is there and says that it can do its work."""
        running = [self.keeper.find(name) for name in self.keeper.names()]
        return all(each.alive and each.process.ready() for each in running)

    def family(self, name: str) -> list[int]:
        """Return a process and those that it has started."""
        pid = self.keeper.find(name).child.pid
        return [pid, *children_of(pid)]

    def run_instead(self, name: str, process: Process) -> Process:
        """Run another process in the place of one; return the one that ran there."""
        before = self.keeper.find(name).process
        self.world.stop(name)
        self.system.supervisor.restart(name, instead=process)
        self.keeper.until(process.ready, seconds=60, what=f"{name} is ready")
        return before


@contextmanager
def made_ground(dialect: str, folder: Path, *, pause: float) -> Iterator[Ground]:
    """Start a system to be struck; what dies is started again so many seconds later."""
    with ExitStack() as stack:
        disk = None
        place = stack.enter_context(new_folder_for_server())
        if may_mount():
            disk = stack.enter_context(mounted(place / "disk"))
            place = disk.folder
        server, databases = None, {}
        if dialect == "postgresql":
            server = stack.enter_context(_started_server(place, log=folder / "server-log"))
            databases = {service: _through(server, service) for service in SERVICES}
            on_disk = folder / "system"
        else:
            on_disk = place / "system"
            on_disk.mkdir()
            (folder / "log").mkdir()
            (on_disk / "log").symlink_to(folder / "log")  # logs are not what fills up
        system = RunningSystem(on_disk, dialect=dialect, databases=databases)
        stack.callback(system.stop)
        world = stack.enter_context(closing(World(system)))
        below = [] if server is None else [server.supervisor]
        keeper = Keeper(*below, system.supervisor, pause=pause)
        yield Ground(dialect, folder, system, world, keeper, server, disk)


@contextmanager
def _started_server(folder: Path, *, log: Path) -> Iterator[Server]:
    supervisor = Supervisor(logs=log)
    try:
        port = next(free_ports(random.Random()))
        private = prepare_server(folder / "postgres", port=port, password=secrets.token_hex(16))
        process = private.process()
        settings = [t for name, value in SERVER_SETTINGS.items() for t in ("-c", f"{name}={value}")]
        supervisor.start(replace(process, command=(*process.command, *settings)))
        list(supervisor.wait_until_ready(seconds=60))
        with Proxy(("127.0.0.1", port)) as proxy:
            yield Server(private.address, supervisor, proxy)
    finally:
        supervisor.stop()


def _through(server: Server, service: str) -> ServiceDatabase:
    """Make a service's database; enrolment reaches its own over a network that can fail."""
    made = postgresql_database(
        server.address,
        service,
        name=service,
        application_password=PASSWORD,
        owner_password=PASSWORD,
    )
    if service != "enrolment":
        return made
    url = sa.make_url(made.application).set(port=server.proxy.port)
    return replace(made, application=url.render_as_string(hide_password=False))
