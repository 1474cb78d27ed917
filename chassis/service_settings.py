"""What every service is told by its environment, and read in one way.

ENVIRONMENT (`development` or `production`, which it is where nothing is said) · DATABASE_URL, DATABASE_POOL ·
TOKEN_ISSUER, TOKEN_AUDIENCE: whose tokens are good · METRICS_BIND: where a worker serves its measures · LOG_LEVEL ·
and for workers that ask other services ACCOUNTS_URL, CLIENT_ID, CLIENT_SECRET: where a token is had, and for what.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from chassis.guessable import is_guessable
from chassis.settings import DEVELOPMENT, LOG_LEVELS, PRODUCTION, Environment, SettingsError


@dataclass(frozen=True, kw_only=True)
class ServiceSettings:
    """What each process of a service is told; a service adds its own."""

    environment: str
    database_url: str = field(repr=False)
    pool_size: int
    token_issuer: str
    token_audience: str
    metrics_bind: tuple[str, int] | None
    log_level: str

    @property
    def is_development(self) -> bool:
        """Tell whether this is a developer's machine. Where nothing is said, it is not."""
        return self.environment == DEVELOPMENT


@dataclass(frozen=True, kw_only=True)
class OwnCredential:
    """With what a service calls others, and where it gets its tokens for that."""

    accounts_url: str
    client_id: str
    client_secret: str = field(repr=False)


def service_settings(environment: Environment) -> dict[str, Any]:
    """Read the fields of `ServiceSettings`. Raises `SettingsError`."""
    return {
        "environment": environment.choice("ENVIRONMENT", PRODUCTION, of=(DEVELOPMENT, PRODUCTION)),
        "database_url": _database_url(environment),
        "pool_size": environment.whole("DATABASE_POOL", 8, least=1, most=100),
        "token_issuer": environment.text("TOKEN_ISSUER").rstrip("/"),
        "token_audience": environment.text("TOKEN_AUDIENCE", "balai"),
        "metrics_bind": environment.address("METRICS_BIND"),
        "log_level": environment.choice("LOG_LEVEL", "INFO", of=LOG_LEVELS),
    }


def own_credential(environment: Environment) -> dict[str, Any]:
    """Read the fields of `OwnCredential`. Raises `SettingsError`."""
    return {
        "accounts_url": environment.text("ACCOUNTS_URL"),
        "client_id": environment.text("CLIENT_ID"),
        "client_secret": environment.secret("CLIENT_SECRET"),
    }


def _database_url(environment: Environment) -> str:
    """Return where the database is. Raises `SettingsError`, in production also for a password that can be guessed."""
    text = environment.text("DATABASE_URL")
    try:
        url = sa.make_url(text)
    except (sa.exc.ArgumentError, ValueError):
        raise SettingsError("DATABASE_URL is not the address of a database") from None
    password = str(url.password or "") if environment.is_production else ""
    if password and is_guessable(password, beside=url.username):
        raise SettingsError(
            "the password in DATABASE_URL can be guessed; give the role a random one"
        )
    return text
