"""Which processes make up the system, with what environment each, and how to tell that it is ready."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from deploy.local.addresses import variables_for
from deploy.local.databases import SERVICES, ServiceDatabase
from deploy.local.ports import LOOPBACK
from deploy.local.process import Layer, Process
from deploy.local.readiness import accepts, answers

AUDIENCE = "balai"
SAMPLE_ROLES = ("holder", "provider", "officer", "operator", "auditor")
PORT_NAMES = (*SERVICES, *(f"{service}-worker" for service in SERVICES), "gateway-metrics")
SECRET_NAMES = (
    "KEY_ENCRYPTION_KEY",
    "PERSONAL_DATA_KEY",
    "FINGERPRINT_KEY",
    "CATALOG_FINGERPRINT_KEY",
    "ACCOUNTS_FINGERPRINT_KEY",
    "POSTGRESQL_PASSWORD",
    *(f"{service.upper()}_OWNER_PASSWORD" for service in SERVICES),
    *(f"{service.upper()}_APP_PASSWORD" for service in SERVICES),
    "CATALOG_CLIENT_SECRET",
    "ENROLMENT_CLIENT_SECRET",
    *(f"SAMPLE_{role.upper()}_SECRET" for role in SAMPLE_ROLES),
    "SAMPLE_PASSWORD",
)
# Each secret is given to the one service that needs it.
_SECRETS_OF = {
    "accounts": {
        "KEY_ENCRYPTION_KEY": "KEY_ENCRYPTION_KEY",
        "FINGERPRINT_KEY": "ACCOUNTS_FINGERPRINT_KEY",
    },
    "catalog": {
        "CLIENT_SECRET": "CATALOG_CLIENT_SECRET",
        "FINGERPRINT_KEY": "CATALOG_FINGERPRINT_KEY",
    },
    "enrolment": {
        "CLIENT_SECRET": "ENROLMENT_CLIENT_SECRET",
        "PERSONAL_DATA_KEY": "PERSONAL_DATA_KEY",
        "FINGERPRINT_KEY": "FINGERPRINT_KEY",
    },
}
_GRACE_SECONDS = "10"
# What a developer's shell may hold and no process of ours may take: it changes what Python, gunicorn or libpq do.
# Without compiled files every start would compile the whole tree a dozen times.
_FOREIGN = (
    *("PYTHONDONTWRITEBYTECODE", "PYTHONHOME", "PYTHONPATH"),
    *("GUNICORN_CMD_ARGS", "WEB_CONCURRENCY", "BIND", "WORKER"),
)


@dataclass(frozen=True)
class Plan:
    """What one system runs on: `port` of the gateway, inner `ports` by process name, `inherited` environment.

    `search_index` is the folder of the catalogue's search index.
    """

    dialect: str
    port: int
    ports: Mapping[str, int]
    databases: Mapping[str, ServiceDatabase]
    secrets: Mapping[str, str]
    inherited: Mapping[str, str]
    search_index: Path

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


def preparation(plan: Plan) -> Process:
    """Describe what brings the schemas up to date and registers the services; it ends by itself."""
    secrets = {name: plan.secrets[name] for name in SECRET_NAMES if name.endswith("_CLIENT_SECRET")}
    return Process(
        name="preparation",
        command=(sys.executable, "-m", "deploy.local.prepare"),
        environment={
            **_shared(plan),
            **service_settings(plan, "accounts"),
            **variables_for(plan.databases),
            **secrets,
        },
    )


def services(plan: Plan) -> tuple[Process, ...]:
    """List the services' web processes. The others ask accounts for its keys, so it stands first."""
    return tuple(
        _web(
            service,
            layer=Layer.SERVICE,
            port=plan.ports[service],
            application=f"services.{service}.app:create_app()",
            environment={
                **_shared(plan),
                **service_settings(plan, service),
                "WORKER": _worker_class(plan, service),
            },
        )
        for service in SERVICES
    )


def workers(plan: Plan) -> tuple[Process, ...]:
    """List the services' workers."""
    return tuple(_worker(plan, service) for service in SERVICES)


def gateway(plan: Plan) -> Process:
    """Describe the process that faces the network."""
    metrics = f"{LOOPBACK}:{plan.ports['gateway-metrics']}"
    return _web(
        "gateway",
        layer=Layer.GATEWAY,
        port=plan.port,
        application="gateway.app:create_app()",
        environment={
            **_shared(plan),
            "WORKER": "gevent",
            "METRICS_BIND": metrics,
            # Here one token does what thousands do elsewhere: it loads the sample, and tests ask under it.
            "REQUESTS_A_MINUTE_OF_ONE_HOLDER": "1000000",
            "REQUESTS_A_MINUTE_OF_ANOTHER": "1000000",
        },
    )


def sample_data(plan: Plan, folder: Path) -> Process:
    """Describe what loads the sample data through the gateway and keeps notes in a folder; it ends by itself."""
    secrets = {name: plan.secrets[name] for name in SECRET_NAMES if name.startswith("SAMPLE_")}
    return Process(
        name="sample-data",
        command=(sys.executable, "-m", "deploy.local.sample_data"),
        environment={
            **_shared(plan),
            **service_settings(plan, "accounts"),
            **secrets,
            "GATEWAY_URL": plan.address,
            "SAMPLE_FOLDER": str(folder),
        },
        shown=True,
    )


def command_settings(plan: Plan, service: str) -> dict[str, str]:
    """Return everything that a command of a service needs to be told."""
    return {**_of_every_process(plan), **service_settings(plan, service)}


def service_settings(plan: Plan, service: str) -> dict[str, str]:
    """Return the settings that are one service's own."""
    return {
        "ENVIRONMENT": "development",
        "DATABASE_URL": plan.databases[service].application,
        "TOKEN_ISSUER": plan.address,
        "TOKEN_AUDIENCE": AUDIENCE,
        "CLIENT_ID": f"service-{service}",
        **_own_settings(plan, service),
        **{name: plan.secrets[secret] for name, secret in _SECRETS_OF[service].items()},
    }


def _own_settings(plan: Plan, service: str) -> dict[str, str]:
    if service == "accounts":
        return {"ENROLMENT_URL": plan.address_of("enrolment"), "MESSAGE_SENDER": "print"}
    return {"SEARCH_INDEX": str(plan.search_index)} if service == "catalog" else {}


def _web(
    name: str, *, layer: Layer, port: int, application: str, environment: Mapping[str, str]
) -> Process:
    own = {"BIND": f"{LOOPBACK}:{port}", "GRACEFUL_SECONDS": _GRACE_SECONDS}
    return Process(
        name=name,
        command=(sys.executable, "-m", "gunicorn", "-c", "deploy/gunicorn.conf.py", application),
        environment={**environment, **own},
        layer=layer,
        ready=answers(f"http://{LOOPBACK}:{port}/readyz"),
    )


def _worker(plan: Plan, service: str) -> Process:
    port = plan.ports[f"{service}-worker"]
    own = {"METRICS_BIND": f"{LOOPBACK}:{port}"}
    return Process(
        name=f"{service}-worker",
        command=(sys.executable, "-m", f"services.{service}.worker"),
        environment={**_shared(plan), **service_settings(plan, service), **own},
        layer=Layer.WORKER,
        ready=accepts(port),
    )


def _worker_class(plan: Plan, service: str) -> str:
    # Enrolment gathers many waiting callers into one commit, and greenlets wait at the least cost. On SQLite every
    # wait for the file would stop all greenlets of the process, so there it gets threads, like the others.
    return "gevent" if service == "enrolment" and plan.dialect == "postgresql" else "thread"


def _shared(plan: Plan) -> dict[str, str]:
    kept = {
        name: value
        for name, value in plan.inherited.items()
        if name not in _FOREIGN and not name.startswith("PG") and not name.endswith("DATABASE_URL")
    }
    return {**kept, "PYTHONUNBUFFERED": "1", **_of_every_process(plan)}


def _of_every_process(plan: Plan) -> dict[str, str]:
    return {
        "ENVIRONMENT": "development",
        "TOKEN_ISSUER": plan.address,
        "TOKEN_AUDIENCE": AUDIENCE,
        "JWKS_URL": f"{plan.address_of('accounts')}/.well-known/jwks.json",
        "REVOCATIONS_URL": f"{plan.address_of('accounts')}/internal/revocations",
        **{f"{service.upper()}_URL": plan.address_of(service) for service in SERVICES},
    }
