"""Which processes make up the system, with what environment each, and how to tell that it is ready."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace

from deploy.local.databases import SERVICES, ServiceDatabase
from deploy.local.ports import LOOPBACK
from deploy.local.process import Process
from deploy.local.readiness import accepts, answers

AUDIENCE = "balai"
PORT_NAMES = (
    *SERVICES,
    *(f"{service}-worker" for service in SERVICES),
    "gateway-metrics",
)
SECRET_NAMES = (
    "PERSONAL_DATA_KEY",
    "FINGERPRINT_KEY",
    "POSTGRESQL_PASSWORD",
    *(f"{service.upper()}_OWNER_PASSWORD" for service in SERVICES),
    *(f"{service.upper()}_APP_PASSWORD" for service in SERVICES),
    *(f"{service.upper()}_CLIENT_SECRET" for service in SERVICES),
)

_GRACE_SECONDS = "10"
# What a developer's shell may hold and no process of ours may take: each changes what gunicorn or libpq does.
_FOREIGN = ("GUNICORN_CMD_ARGS", "WEB_CONCURRENCY", "PYTHONHOME", "PYTHONPATH")


@dataclass(frozen=True)
class Plan:
    """What one system runs on: `port` of the gateway, inner `ports` by process name, `inherited` environment."""

    dialect: str
    port: int
    ports: Mapping[str, int]
    databases: Mapping[str, ServiceDatabase]
    secrets: Mapping[str, str]
    inherited: Mapping[str, str]

    def on(self, databases: Mapping[str, ServiceDatabase]) -> Plan:
        """Return the same plan with its databases."""
        return replace(self, databases=databases)

    @property
    def address(self) -> str:
        """The one origin that callers see."""
        return f"http://{LOOPBACK}:{self.port}"

    def address_of(self, name: str) -> str:
        """The inner address of a process."""
        return f"http://{LOOPBACK}:{self.ports[name]}"


def migrations(plan: Plan) -> tuple[Process, ...]:
    """List what brings each service's schema up to date; these end by themselves."""
    return tuple(
        Process(
            name=f"{service}-migrations",
            command=(sys.executable, "-m", "chassis.migrations", f"services.{service}"),
            environment={
                **_shared(plan),
                "DATABASE_URL": plan.databases[service].application,
                "MIGRATION_DATABASE_URL": plan.databases[service].owner,
            },
        )
        for service in SERVICES
    )


def services(plan: Plan) -> tuple[Process, ...]:
    """List the services' web processes."""
    return tuple(
        _web(
            service,
            port=plan.ports[service],
            application=f"services.{service}.app:create_app()",
            environment={**_of_service(plan, service), "WORKER": _worker_class(plan, service)},
        )
        for service in SERVICES
    )


def workers(plan: Plan) -> tuple[Process, ...]:
    """List the services' workers."""
    return tuple(
        Process(
            name=f"{service}-worker",
            command=(sys.executable, "-m", f"services.{service}.worker"),
            environment={
                **_of_service(plan, service),
                "METRICS_BIND": f"{LOOPBACK}:{plan.ports[f'{service}-worker']}",
            },
            ready=accepts(plan.ports[f"{service}-worker"]),
        )
        for service in SERVICES
    )


def gateway(plan: Plan) -> tuple[Process, ...]:
    """List the process that faces the network."""
    environment = {
        **_shared(plan),
        "WORKER": "gevent",
        "METRICS_BIND": f"{LOOPBACK}:{plan.ports['gateway-metrics']}",
    }
    return (
        _web(
            "gateway",
            port=plan.port,
            application="gateway.app:create_app()",
            environment=environment,
        ),
    )


def _web(name: str, *, port: int, application: str, environment: Mapping[str, str]) -> Process:
    return Process(
        name=name,
        command=(sys.executable, "-m", "gunicorn", "-c", "deploy/gunicorn.conf.py", application),
        environment={
            **environment,
            "BIND": f"{LOOPBACK}:{port}",
            "GRACEFUL_SECONDS": _GRACE_SECONDS,
        },
        ready=answers(f"http://{LOOPBACK}:{port}/readyz"),
    )


def _worker_class(plan: Plan, service: str) -> str:
    # Enrolment gathers many waiting callers into one commit, which greenlets do best. SQLite's waits, and the
    # password hashing of accounts, would stop every greenlet of their process.
    return "gevent" if service == "enrolment" and plan.dialect == "postgresql" else "thread"


def _of_service(plan: Plan, service: str) -> dict[str, str]:
    return {
        **_shared(plan),
        "DATABASE_URL": plan.databases[service].application,
        "CLIENT_ID": f"service-{service}",
        "CLIENT_SECRET": plan.secrets[f"{service.upper()}_CLIENT_SECRET"],
    }


def _shared(plan: Plan) -> dict[str, str]:
    inherited = {
        name: value
        for name, value in plan.inherited.items()
        if name not in _FOREIGN and not name.startswith("PG")
    }
    return {
        **inherited,
        "ENVIRONMENT": "development",
        "PYTHONUNBUFFERED": "1",
        "TOKEN_ISSUER": plan.address,
        "TOKEN_AUDIENCE": AUDIENCE,
        "JWKS_URL": f"{plan.address_of('accounts')}/.well-known/jwks.json",
        **{f"{service.upper()}_URL": plan.address_of(service) for service in SERVICES},
    }
