"""The whole product as `make run` starts it, for tests that call it from outside."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from deploy.local.addresses import variables_for
from deploy.local.databases import SERVICES, ServiceDatabase
from deploy.local.ports import free_ports
from deploy.local.process_table import Plan, service_settings
from deploy.local.supervisor import Supervisor
from deploy.local.system import System
from sample.record import Facts
from services.accounts.development import issue_token
from tests.databases import DatabaseMaker


class RunningSystem:
    """All processes over databases of their own, without sample data."""

    def __init__(
        self, folder: Path, *, dialect: str, databases: Mapping[str, ServiceDatabase]
    ) -> None:
        """Start everything. Raises `ProcessFailedError` with the end of the log of what failed."""
        self.folder = folder
        self.dialect = dialect
        self._databases = databases
        for ports_left_to_try in (2, 1, 0):
            self._system = self._new_system()
            try:
                self._system.start()
                return
            except BaseException as error:
                self._system.stop()
                # Many tests choose free ports at once; another may have taken one of ours before we listened on it.
                if not ports_left_to_try or "Address already in use" not in str(error):
                    raise

    def _new_system(self) -> System:
        return System(
            folder=self.folder,
            dialect=self.dialect,
            port=next(free_ports(random.Random())),
            variables={**os.environ, **variables_for(self._databases)},
            say=lambda _: None,
        )

    @property
    def plan(self) -> Plan:
        """What the system runs on."""
        return self._system.plan

    @property
    def address(self) -> str:
        """The gateway's address, such as `http://127.0.0.1:20123`."""
        return self._system.plan.address

    @property
    def supervisor(self) -> Supervisor:
        """The processes, to be looked at or disturbed: `supervisor.find("enrolment").signal(...)`."""
        return self._system.supervisor

    @property
    def databases(self) -> Mapping[str, ServiceDatabase]:
        """Each service's database."""
        return self._system.plan.databases

    @property
    def accounts_settings(self) -> Mapping[str, str]:
        """The settings of the accounts service, with whose key tokens are signed."""
        return service_settings(self._system.plan, "accounts")

    def address_of(self, service: str) -> str:
        """Return the inner address of a service, behind the gateway."""
        return self._system.plan.address_of(service)

    def log_of(self, process: str) -> str:
        """Return what a process has written so far."""
        return (self.folder / "log" / f"{process}.log").read_text(encoding="utf-8")

    def token(
        self,
        role: str,
        *,
        provider: str | None = None,
        card: str | None = None,
        region: str | None = None,
        subject: str | None = None,
    ) -> str:
        """Return a token signed by this system's accounts service; `card` is a card's reference."""
        return issue_token(
            role=role,
            provider=provider,
            card=card,
            region=region,
            subject=subject,
            environment=self.accounts_settings,
        )

    def restart(self, process: str) -> None:
        """Start a process that has ended once more and wait until it is ready."""
        self.supervisor.restart(process)
        list(self.supervisor.wait_until_ready(seconds=60))

    def load_sample_data(self) -> Facts:
        """Load the sample data, unless it is there."""
        return self._system.load_sample_data()

    def stop(self) -> list[str]:
        """Stop everything; return the names of what had to be killed."""
        return self._system.stop()


def start_system(folder: Path, *, dialect: str, maker: DatabaseMaker) -> RunningSystem:
    """Start a system with empty databases."""
    databases = {}
    if dialect == "postgresql":
        databases = {service: maker.empty(dialect, service) for service in SERVICES}
    return RunningSystem(folder, dialect=dialect, databases=databases)


@contextmanager
def started_system(
    folder: Path, *, dialect: str, maker: DatabaseMaker, orderly: bool = False
) -> Iterator[RunningSystem]:
    """Start a system with empty databases for the time of a block, however that ends.

    With `orderly`, raises `AssertionError` where one of its processes did not end when it was told to.
    """
    system = start_system(folder, dialect=dialect, maker=maker)
    try:
        yield system
    finally:
        killed = system.stop()
    assert not orderly or killed == [], "a process had to be killed"
