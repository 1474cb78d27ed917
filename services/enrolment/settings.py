"""Enrolment's settings, from the environment, checked at start.

Beside those every service has (`chassis.service_settings`): JWKS_URL: where the token issuer publishes its keys ·
PERSONAL_DATA_KEY, FINGERPRINT_KEY (64 hexadecimal digits each): under the first persons and stored answers are sealed,
under the second they are found and told apart; and for the worker CATALOG_URL and OFFER_HOURS. Each web process opens
one connection more than DATABASE_POOL says: enrolments are settled over one that readers cannot use up. On SQLite there
is one web process: WEB_WORKERS, which gunicorn reads, must be 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from chassis.service_settings import (
    OwnCredential,
    ServiceSettings,
    own_credential,
    service_settings,
)
from chassis.settings import Environment, SettingsError


@dataclass(frozen=True, kw_only=True)
class Settings(ServiceSettings):
    """What each process of enrolment is told."""

    jwks_url: str
    personal_data_key: bytes = field(repr=False)
    fingerprint_key: bytes = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class WorkerSettings(Settings, OwnCredential):
    """What the worker is told beside that: whom it follows, and with what credential."""

    catalog_url: str
    offer_hours: int
    """For how long a seat is kept for somebody from the waiting list."""


def read_settings(variables: Mapping[str, str]) -> Settings:
    """Read what each process needs. Raises `SettingsError` naming the variable that is missing or wrong."""
    environment = Environment(variables)
    _refuse_several_on_sqlite(environment)
    return Settings(
        **service_settings(environment),
        jwks_url=environment.text("JWKS_URL"),
        personal_data_key=environment.key("PERSONAL_DATA_KEY"),
        fingerprint_key=environment.key("FINGERPRINT_KEY"),
    )


def read_worker_settings(variables: Mapping[str, str]) -> WorkerSettings:
    """Read what the worker needs. Raises `SettingsError` naming the variable that is missing or wrong."""
    environment = Environment(variables)
    return WorkerSettings(
        **vars(read_settings(variables)),
        **own_credential(environment),
        catalog_url=environment.text("CATALOG_URL"),
        offer_hours=environment.whole("OFFER_HOURS", 24, least=1, most=168),
    )


def _refuse_several_on_sqlite(environment: Environment) -> None:
    """Raise `SettingsError` where several web processes would settle enrolments in one file and wait for each other."""
    workers = environment.whole("WEB_WORKERS", 1, least=1, most=99_999)
    if workers > 1 and environment.text("DATABASE_URL").startswith("sqlite"):
        raise SettingsError(
            f"WEB_WORKERS must be 1 where DATABASE_URL is a SQLite file, not {workers}; several need PostgreSQL"
        )
