"""What every service is told by its environment, and read in one way.

ENVIRONMENT (`development` or `production`, which it is where nothing is said) · DATABASE_URL, DATABASE_POOL ·
TOKEN_ISSUER, TOKEN_AUDIENCE, TOKEN_ALGORITHM: whose tokens are good, and by what they are signed · METRICS_BIND: where
a worker serves its measures · LOG_LEVEL · and for workers that ask other services CLIENT_ID, CLIENT_SECRET and
ACCOUNTS_URL, or with another issuer than accounts TOKEN_URL: for what a token is had, and where.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from chassis.guessable import is_guessable
from chassis.pooler import UnknownPoolerError, is_behind_pooler
from chassis.settings import DEVELOPMENT, LOG_LEVELS, PRODUCTION, Environment, SettingsError
from chassis.token_algorithms import TokenAlgorithm, token_algorithm


@dataclass(frozen=True, kw_only=True)
class ServiceSettings:
    """What each process of a service is told; a service adds its own."""

    environment: str
    database_url: str = field(repr=False)
    pool_size: int
    token_issuer: str
    token_audience: str
    token_algorithm: TokenAlgorithm
    metrics_bind: tuple[str, int] | None
    log_level: str

    @property
    def is_development(self) -> bool:
        """Tell whether this is a developer's machine. Where nothing is said, it is not."""
        return self.environment == DEVELOPMENT


@dataclass(frozen=True, kw_only=True)
class OwnCredential:
    """With what a service calls others, and where it gets its tokens for that."""

    token_url: str
    client_id: str
    client_secret: str = field(repr=False)


def service_settings(environment: Environment) -> dict[str, Any]:
    """Read the fields of `ServiceSettings`. Raises `SettingsError`."""
    return {
        "environment": environment.choice("ENVIRONMENT", PRODUCTION, of=(DEVELOPMENT, PRODUCTION)),
        "database_url": _database_url(environment),
        "pool_size": environment.whole("DATABASE_POOL", 8, least=1, most=100),
        "token_issuer": environment.web_address("TOKEN_ISSUER"),
        "token_audience": environment.text("TOKEN_AUDIENCE", "balai"),
        "token_algorithm": token_algorithm(environment),
        "metrics_bind": environment.address("METRICS_BIND"),
        "log_level": environment.choice("LOG_LEVEL", "INFO", of=LOG_LEVELS),
    }


def own_credential(environment: Environment) -> dict[str, Any]:
    """Read the fields of `OwnCredential`. Raises `SettingsError`."""
    return {
        "token_url": environment.optional("TOKEN_URL")
        or f"{environment.text('ACCOUNTS_URL').rstrip('/')}/oauth/token",
        "client_id": environment.text("CLIENT_ID"),
        "client_secret": environment.secret("CLIENT_SECRET"),
    }


def _database_url(environment: Environment) -> str:
    """Return where the database is. Raises `SettingsError`, in production also for a password that can be guessed."""
    text = environment.text("DATABASE_URL")
    try:
        url = sa.make_url(text)
        is_behind_pooler(url)
    except UnknownPoolerError as error:
        raise SettingsError(f"in DATABASE_URL {error}") from None
    except (sa.exc.ArgumentError, ValueError):
        raise SettingsError("DATABASE_URL is not the address of a database") from None
    password = str(url.password or "") if environment.is_production else ""
    if password and is_guessable(password, beside=url.username):
        raise SettingsError(
            "the password in DATABASE_URL can be guessed; give the role a random one"
        )
    return text
