"""This service's settings, from the environment, checked at start.

Beside those every service has: TOKEN_ISSUER (the one origin that callers see) · KEY_ENCRYPTION_KEY (64 hexadecimal
digits; seals the signing keys at rest) · SIGNING_KEY_DAYS (how long a key signs before the next takes over).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from chassis.settings import Environment

DEVELOPMENT = "development"
PRODUCTION = "production"
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


@dataclass(frozen=True)
class Settings:
    """What a process of this service was started with."""

    environment: str
    database_url: str
    issuer: str
    audience: str
    key_encryption_key: bytes
    signing_key_age: timedelta
    metrics_address: tuple[str, int] | None
    log_level: str

    def __repr__(self) -> str:
        return f"Settings(environment={self.environment!r}, issuer={self.issuer!r})"

    @property
    def is_development(self) -> bool:
        """Tell whether this is a developer's machine. Where nothing is said, it is not."""
        return self.environment == DEVELOPMENT


def read_settings(variables: Mapping[str, str]) -> Settings:
    """Read the settings. Raises `SettingsError` naming the one that is missing or unusable."""
    environment = Environment(variables)
    days = environment.whole("SIGNING_KEY_DAYS", 90, least=1, most=3650)
    return Settings(
        environment=environment.choice("ENVIRONMENT", PRODUCTION, of=(DEVELOPMENT, PRODUCTION)),
        database_url=environment.text("DATABASE_URL"),
        issuer=environment.text("TOKEN_ISSUER").rstrip("/"),
        audience=environment.text("TOKEN_AUDIENCE", "balai"),
        key_encryption_key=environment.key("KEY_ENCRYPTION_KEY"),
        signing_key_age=timedelta(days=days),
        metrics_address=environment.address("METRICS_BIND"),
        log_level=environment.choice("LOG_LEVEL", "INFO", of=LEVELS),
    )
