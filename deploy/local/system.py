"""The whole system over one folder: provided for, migrated, started, stopped."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from deploy.local import environment_file, process_table
from deploy.local.addresses import addresses_in
from deploy.local.databases import (
    SERVICES,
    ServiceDatabase,
    postgresql_database,
    sqlite_database,
)
from deploy.local.named_databases import check_named
from deploy.local.place import search_index, secrets_file, settings_file
from deploy.local.ports import HeldPorts
from deploy.local.postgres import prepare_server
from deploy.local.process import ROOT
from deploy.local.process_table import Plan
from deploy.local.sample_card import SampleCard, read_sample_card
from deploy.local.sample_notes import SampleNotes
from deploy.local.supervisor import Pause, ProcessFailedError, Supervisor
from sample.record import Facts

READY_SECONDS = 90.0

Say = Callable[[str], None]


class System:
    """Every process of the product on this machine.

    `folder` keeps databases, secrets and logs; `dialect` is `sqlite` or `postgresql`; the gateway listens on `port`.
    `variables` is the environment to start from: addresses of databases are taken from it.
    """

    def __init__(
        self,
        *,
        folder: Path,
        dialect: str,
        port: int,
        variables: Mapping[str, str],
        say: Say,
        pause: Pause = time.sleep,
    ) -> None:
        """Provide for a system. `say` is told of each step; `pause` waits, and may raise to give up."""
        self._folder = folder
        self._dialect = dialect
        self._variables = variables
        self._say = say
        folder.mkdir(parents=True, exist_ok=True)
        self.supervisor = Supervisor(logs=folder / "log", pause=pause)
        self._secrets = environment_file.load_or_create(
            secrets_file(folder), process_table.SECRET_NAMES
        )
        self._ports = HeldPorts(random.Random())  # noqa: S311 - no secret is drawn from it
        self._ports.hold(port)
        self.plan = Plan(
            dialect=dialect,
            port=port,
            ports={name: self._ports.take() for name in process_table.PORT_NAMES},
            databases={},
            secrets=self._secrets,
            inherited=variables,
            search_index=search_index(folder, dialect),
        )

    def start(self) -> None:
        """Start everything and return once it is ready.

        Raises `UnusableDatabaseError` and `PostgresUnavailableError` before anything was started, `ProcessFailedError`.
        """
        self.plan = self.plan.on(self._databases())
        for service in SERVICES:
            # Kept for commands, and gone from use with the next start: the inner ports change.
            settings = process_table.command_settings(self.plan, service)
            environment_file.replace(settings_file(self._folder, service), settings)
        # The gateway holds no data: its start need not wait for that of the databases.
        self.supervisor.start(process_table.gateway(self.plan))
        self.supervisor.complete(process_table.preparation(self.plan))
        self._say("databases are up to date")
        self.supervisor.start(*process_table.services(self.plan))
        self.supervisor.start(*process_table.workers(self.plan))
        self._wait()

    def load_sample_data(self) -> Facts:
        """Load the sample data unless it is there. Raises `ProcessFailedError`."""
        notes = SampleNotes(self._folder / f"sample-{self._dialect}")
        facts = notes.present(self.plan.address)
        if facts is None:
            self.supervisor.complete(process_table.sample_data(self.plan, notes.folder))
            facts = notes.recorded()
        if facts is None:
            raise ProcessFailedError("the sample data left no record")
        return facts

    def sample_card(self) -> SampleCard | None:
        """Return how the sample holder's card stands; None where that cannot be read."""
        return read_sample_card(self.plan)

    @property
    def kept(self) -> str:
        """Say what stays where when everything has stopped."""
        folder = (
            self._folder.relative_to(ROOT) if self._folder.is_relative_to(ROOT) else self._folder
        )
        if self._dialect == "postgresql" and addresses_in(self._variables):
            return (
                f"secrets and logs stay under {folder}/. Keep {secrets_file(folder)}:\n"
                "without it nobody can start on the databases that you named"
            )
        return f"databases, secrets and logs stay under {folder}/"

    def stop(self) -> list[str]:
        """Stop everything: the gateway, the workers, the services, the database. Returns who had to be killed."""
        try:
            return self.supervisor.stop()
        finally:
            self._ports.release()

    def _databases(self) -> dict[str, ServiceDatabase]:
        if self._dialect == "sqlite":
            return {service: sqlite_database(self._folder, service) for service in SERVICES}
        named = addresses_in(self._variables)
        check_named(
            named, key=self._secrets["KEY_ENCRYPTION_KEY"], secrets=str(secrets_file(self._folder))
        )
        missing = [service for service in SERVICES if service not in named]
        return named | self._private_databases(missing)

    def _private_databases(self, services: list[str]) -> dict[str, ServiceDatabase]:
        if not services:
            return {}
        server = prepare_server(
            self._folder / "postgres",
            port=self._ports.take(),
            password=self._secrets["POSTGRESQL_PASSWORD"],
        )
        self.supervisor.start(server.process())
        self._wait()
        return {
            service: postgresql_database(
                server.address,
                service,
                name=service,
                application_password=self._secrets[f"{service.upper()}_APP_PASSWORD"],
                owner_password=self._secrets[f"{service.upper()}_OWNER_PASSWORD"],
            )
            for service in services
        }

    def _wait(self) -> None:
        for name in self.supervisor.wait_until_ready(seconds=READY_SECONDS):
            self._say(f"{name} is ready")
