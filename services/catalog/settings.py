"""The catalogue's settings, from the environment, checked at start.

Beside those every service has (`chassis.service_settings`): JWKS_URL: where the token issuer publishes its keys ·
FINGERPRINT_KEY (64 hexadecimal digits): under it the bodies sent with an Idempotency-Key are told apart ·
SEARCH_INDEX: the folder of the search index, the same for the worker, which keeps it, and every web process, which
reads it (it makes a lock file there, so it may write in it, too); and for the worker ENROLMENT_URL, and INDEX_BUILDERS:
in how many processes it builds an index anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from chassis.service_settings import (
    OwnCredential,
    ServiceSettings,
    own_credential,
    service_settings,
)
from chassis.settings import Environment


@dataclass(frozen=True, kw_only=True)
class Settings(ServiceSettings):
    """What each process of the catalogue is told. `search_index` is the folder of the search index."""

    jwks_url: str
    fingerprint_key: bytes = field(repr=False)
    search_index: Path


@dataclass(frozen=True, kw_only=True)
class WorkerSettings(Settings, OwnCredential):
    """What the worker is told beside that: whom it follows, with what credential, how many processes build an index."""

    enrolment_url: str
    index_builders: int


def read_settings(variables: Mapping[str, str]) -> Settings:
    """Read what each process needs. Raises `SettingsError` naming the variable that is missing or wrong."""
    environment = Environment(variables)
    return Settings(
        **service_settings(environment),
        jwks_url=environment.text("JWKS_URL"),
        fingerprint_key=environment.key("FINGERPRINT_KEY"),
        search_index=Path(environment.text("SEARCH_INDEX")),
    )


def read_worker_settings(variables: Mapping[str, str]) -> WorkerSettings:
    """Read what the worker needs. Raises `SettingsError` naming the variable that is missing or wrong."""
    environment = Environment(variables)
    return WorkerSettings(
        **vars(read_settings(variables)),
        **own_credential(environment),
        enrolment_url=environment.text("ENROLMENT_URL"),
        index_builders=environment.whole("INDEX_BUILDERS", 2, least=1, most=16),
    )
