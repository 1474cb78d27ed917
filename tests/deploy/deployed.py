"""The product in production mode, set up from the files under deploy/ as docs/deploying.md tells an operator to."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import requests

from deploy.local.databases import SERVICES
from deploy.local.environment_file import read
from deploy.local.ports import LOOPBACK, free_ports
from deploy.local.postgres import installed_programs, prepare_server
from deploy.local.process import ROOT, Layer, Process
from deploy.local.readiness import accepts, answers
from deploy.local.supervisor import Supervisor
from tests.databases import new_folder_for_server

SUPERUSER_PASSWORD = "only-for-the-tests-server"
_START = ("sh", "deploy/start.sh")
_PATIENCE = 60


@dataclass(frozen=True)
class Server:
    """A PostgreSQL server of this test alone: its port, and the environment of psql and its like."""

    port: int
    variables: Mapping[str, str]


@contextmanager
def own_server() -> Iterator[Server]:
    """Run a PostgreSQL server on which roles and databases may have the names of production."""
    with new_folder_for_server() as folder:
        supervisor = Supervisor(logs=folder / "log")
        port = next(free_ports(random.Random()))
        prepared = prepare_server(folder / "postgres", port=port, password=SUPERUSER_PASSWORD)
        try:
            supervisor.start(prepared.process())
            list(supervisor.wait_until_ready(seconds=_PATIENCE))
            programs = next(installed_programs()).folder
            yield Server(
                port,
                {
                    "PATH": f"{programs}:{os.environ['PATH']}",
                    "PGHOST": LOOPBACK,
                    "PGPORT": str(port),
                    "PGUSER": "postgres",
                    "PGPASSWORD": SUPERUSER_PASSWORD,
                },
            )
        finally:
            supervisor.stop()


@dataclass
class Deployed:
    """All processes, each with its own file of settings and nothing else. `server` is None on SQLite."""

    folder: Path
    server: Server | None
    ports: dict[str, int]
    supervisor: Supervisor
    """Of the processes that were started last."""

    operators: dict[str, tuple[str, str]] = field(default_factory=dict)

    @property
    def address(self) -> str:
        """The gateway's address, which is the origin that callers see."""
        return f"http://{LOOPBACK}:{self.ports['gateway']}"

    @property
    def settings(self) -> Path:
        """The folder of settings."""
        return self.folder / "settings"

    def file_of(self, service: str) -> Path:
        """A service's database on SQLite."""
        return self.folder / f"{service}.sqlite"

    def environment(self, *files: str, **more: str) -> dict[str, str]:
        """What a process is told: files of settings, and where it is on this machine."""
        inner = {name: f"http://{LOOPBACK}:{self.ports[name]}" for name in SERVICES}
        own: dict[str, str] = {}
        for file in files:
            own |= _without_comments(read(self.settings / f"{file}.env"))
        if self.server is None and files[0] in SERVICES:
            own["DATABASE_URL"] = f"sqlite:///{self.file_of(files[0])}"
            own.pop("MIGRATION_DATABASE_URL", None)
        if self.server is None and files[0] == "enrolment":
            own["WORKER"] = "thread"
        return {
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            **own,
            **{f"{name.upper()}_URL": address for name, address in inner.items()},
            "JWKS_URL": f"{inner['accounts']}/.well-known/jwks.json",
            **({"SEARCH_INDEX": str(self.folder / "search")} if files[0] == "catalog" else {}),
            **more,
        }

    def run(self, *command: str, files: tuple[str, ...]) -> str:
        """Run one command of deploy/start.sh to its end and return what it printed."""
        return _run(*_START, *command, variables=self.environment(*files))

    def migrate(self) -> None:
        """Bring all schemas up to date."""
        for service in SERVICES:
            self.run("migrate", service, files=(service, f"{service}-migrations"))

    def start(self) -> None:
        """Start everything and wait until it is ready."""
        self.supervisor = Supervisor(logs=self.folder / "log")
        for layer, kind, names in (
            (Layer.SERVICE, "web", SERVICES),
            (Layer.WORKER, "worker", SERVICES),
            (Layer.GATEWAY, "web", ("gateway",)),
        ):
            self.supervisor.start(*(self._process(layer, kind, name) for name in names))
        list(self.supervisor.wait_until_ready(seconds=_PATIENCE))

    def stop(self) -> list[str]:
        """Stop everything; return what had to be killed."""
        return self.supervisor.stop()

    def register(self, role: str) -> None:
        """Register somebody of a role by the command that operators are told."""
        printed = self.run("python", "-m", "services.accounts.register", role, files=("accounts",))
        told = dict(line.split("=", 1) for line in printed.splitlines())
        self.operators[role] = (told["client_id"], told["client_secret"])

    def call(self, method: str, path: str, role: str, **request: object) -> requests.Response:
        """Send a request with a token of a registered role's."""
        token = requests.post(
            f"{self.address}/oauth/token",
            data={"grant_type": "client_credentials"},
            auth=self.operators[role],
            timeout=30,
        ).json()["access_token"]
        return requests.request(
            method,
            f"{self.address}/api/v1{path}",
            headers={"Authorization": f"Bearer {token}", "Idempotency-Key": str(uuid.uuid4())},
            timeout=60,
            **request,  # type: ignore[arg-type]
        )

    def log_of(self, process: str) -> str:
        """Return what a process has written since it was started."""
        return (self.folder / "log" / f"{process}.log").read_text("utf-8")

    def save(self, folder: Path) -> None:
        """Save all databases while everything runs."""
        if self.server is not None:
            _run(
                *("sh", "deploy/backup/postgresql.sh", "save", f"{folder}/"),
                variables=self.server.variables,
            )
            return
        folder.mkdir()
        for service in ("accounts", "enrolment", "catalog"):
            _copy(self.file_of(service), folder / f"{service}.sqlite")

    def restore(self, folder: Path, *services: str) -> None:
        """Lose some databases and restore them from where they were saved; nothing runs meanwhile."""
        if self.server is None:
            for service in services:
                for lost in self.folder.glob(f"{service}.sqlite*"):
                    lost.unlink()
                _copy(folder / f"{service}.sqlite", self.file_of(service))
            return
        for service in services:
            _run("psql", "--command", f"drop database {service}", variables=self.server.variables)
        self.create_databases()
        _run(
            *("sh", "deploy/backup/postgresql.sh", "restore", str(folder), *services),
            variables=self.server.variables,
        )

    def create_databases(self) -> None:
        """Make roles and empty databases where they are missing."""
        if self.server is not None:
            passwords = _without_comments(read(self.settings / "postgresql.env"))
            _run(
                *("sh", "deploy/postgresql/create.sh"),
                variables={**passwords, **self.server.variables},
            )

    def _process(self, layer: Layer, kind: str, name: str) -> Process:
        is_web = kind == "web"
        port = self.ports[name if is_web else f"{name}-worker"]
        bound = {"BIND" if is_web else "METRICS_BIND": f"{LOOPBACK}:{port}"}
        if name == "gateway":
            bound["METRICS_BIND"] = f"{LOOPBACK}:{self.ports['measures']}"
        return Process(
            name=name if is_web else f"{name}-worker",
            command=(*_START, kind, name),
            environment=self.environment(name, **bound),
            layer=layer,
            ready=answers(f"http://{LOOPBACK}:{port}/readyz") if is_web else accepts(port),
        )


@contextmanager
def deployed(folder: Path, *, dialect: str) -> Iterator[Deployed]:
    """Set everything up from nothing, in the order of docs/deploying.md, and start it."""
    if dialect == "postgresql":
        with own_server() as server:
            yield from _set_up(folder, server)
    else:
        yield from _set_up(folder, None)


def _set_up(folder: Path, server: Server | None) -> Iterator[Deployed]:
    free = free_ports(random.Random())
    names = (*SERVICES, *(f"{service}-worker" for service in SERVICES), "gateway", "measures")
    ports = {name: next(free) for name in names}
    made = Deployed(folder, server, ports, Supervisor(logs=folder / "log"))
    _run(
        *(sys.executable, "deploy/env/create.py", str(made.settings), "--origin", made.address),
        *("--database", f"{LOOPBACK}:{server.port if server else 5432}", "--proxies", "0"),
        variables={},
    )
    made.create_databases()
    made.migrate()
    for _ in range(2):  # a second time does no harm
        made.run("register", "clients", files=("accounts", "clients"))
    try:
        made.start()
        yield made
    finally:
        made.stop()


def _without_comments(values: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in values.items() if not name.startswith("#")}


def _copy(source: Path, target: Path) -> None:
    _run(sys.executable, "deploy/backup/sqlite.py", str(source), str(target), variables={})


def _run(*command: str, variables: Mapping[str, str]) -> str:
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **variables},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, f"{command}: {done.stderr}"
    return done.stdout
