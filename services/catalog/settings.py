"""The catalogue's settings, read from the environment and checked at start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from chassis.settings import Environment
from vocabulary.money import MAX_RUPIAH

_BENEFIT = 3_500_000
"""What a card holds for training: a course that costs more could be bought by nobody."""


@dataclass(frozen=True)
class CatalogSettings:
    """Everything the catalogue is told from outside. `most_price` is the most a course may cost, in rupiah."""

    database_url: str = field(repr=False)
    token_issuer: str
    token_audience: str
    jwks_url: str
    most_price: int


@dataclass(frozen=True)
class WorkerSettings:
    """What the worker is told beside that: whom it follows, and its own credential."""

    enrolment_url: str
    accounts_url: str
    client_id: str
    client_secret: str = field(repr=False)
    metrics_address: tuple[str, int] | None
    log_level: str


def read_settings(variables: Mapping[str, str]) -> CatalogSettings:
    """Read what web process and worker need. Raises `SettingsError`."""
    environment = Environment(variables)
    return CatalogSettings(
        database_url=environment.text("DATABASE_URL"),
        token_issuer=environment.text("TOKEN_ISSUER"),
        token_audience=environment.text("TOKEN_AUDIENCE"),
        jwks_url=environment.text("JWKS_URL"),
        most_price=environment.whole("MOST_COURSE_PRICE", _BENEFIT, least=0, most=MAX_RUPIAH),
    )


def read_worker_settings(variables: Mapping[str, str]) -> WorkerSettings:
    """Read what only the worker needs. Raises `SettingsError`."""
    environment = Environment(variables)
    return WorkerSettings(
        enrolment_url=environment.text("ENROLMENT_URL"),
        accounts_url=environment.text("ACCOUNTS_URL"),
        client_id=environment.text("CLIENT_ID"),
        client_secret=environment.text("CLIENT_SECRET"),
        metrics_address=environment.address("METRICS_BIND"),
        log_level=environment.choice("LOG_LEVEL", "INFO", of=("DEBUG", "INFO", "WARNING", "ERROR")),
    )
