"""The catalogue's settings, read from the environment and checked at start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from chassis.settings import Environment
from vocabulary.money import MAX_RUPIAH

DEVELOPMENT = "development"
PRODUCTION = "production"
_BENEFIT = 3_500_000
"""What a card holds for training: a course that costs more could be bought by nobody."""


@dataclass(frozen=True)
class CatalogSettings:
    """What web process and worker are told. `most_price` is the most a course may cost, in rupiah."""

    environment: str
    database_url: str = field(repr=False)
    pool_size: int
    token_issuer: str
    token_audience: str
    jwks_url: str
    most_price: int
    log_level: str

    @property
    def is_development(self) -> bool:
        """Tell whether this is a developer's machine. Where nothing is said, it is not."""
        return self.environment == DEVELOPMENT


@dataclass(frozen=True)
class WorkerSettings:
    """What the worker is told beside that: whom it follows, and its own credential."""

    enrolment_url: str
    accounts_url: str
    client_id: str
    client_secret: str = field(repr=False)
    metrics_address: tuple[str, int] | None


def read_settings(variables: Mapping[str, str]) -> CatalogSettings:
    """Read what web process and worker need. Raises `SettingsError`."""
    environment = Environment(variables)
    return CatalogSettings(
        environment=environment.choice("ENVIRONMENT", PRODUCTION, of=(DEVELOPMENT, PRODUCTION)),
        database_url=environment.text("DATABASE_URL"),
        pool_size=environment.whole("DATABASE_POOL", 8, least=1, most=100),
        token_issuer=environment.text("TOKEN_ISSUER").rstrip("/"),
        token_audience=environment.text("TOKEN_AUDIENCE", "balai"),
        jwks_url=environment.text("JWKS_URL"),
        most_price=environment.whole("MOST_COURSE_PRICE", _BENEFIT, least=0, most=MAX_RUPIAH),
        log_level=environment.choice("LOG_LEVEL", "INFO", of=("DEBUG", "INFO", "WARNING", "ERROR")),
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
    )
