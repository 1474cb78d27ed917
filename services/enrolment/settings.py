"""Enrolment's settings, from the environment, checked at start."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from chassis.settings import Environment


@dataclass(frozen=True)
class Settings:
    """What an enrolment process is started with."""

    database_url: str = field(repr=False)
    environment: str
    token_issuer: str
    token_audience: str
    jwks_url: str
    accounts_url: str
    catalog_url: str
    client_id: str
    client_secret: str = field(repr=False)
    personal_data_key: bytes = field(repr=False)
    fingerprint_key: bytes = field(repr=False)
    log_level: str
    pool_size: int
    metrics_bind: tuple[str, int] | None

    @property
    def is_development(self) -> bool:
        """Tell whether this is a developer's machine. Where nothing is said, it is not."""
        return self.environment == "development"


def read_settings(variables: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings. Raises `SettingsError` naming the variable that is missing or wrong."""
    environment = Environment(variables)
    return Settings(
        database_url=environment.text("DATABASE_URL"),
        environment=environment.choice(
            "ENVIRONMENT", "production", of=("development", "production")
        ),
        token_issuer=environment.text("TOKEN_ISSUER").rstrip("/"),
        token_audience=environment.text("TOKEN_AUDIENCE"),
        jwks_url=environment.text("JWKS_URL"),
        accounts_url=environment.text("ACCOUNTS_URL"),
        catalog_url=environment.text("CATALOG_URL"),
        client_id=environment.text("CLIENT_ID"),
        client_secret=environment.text("CLIENT_SECRET"),
        personal_data_key=environment.key("PERSONAL_DATA_KEY"),
        fingerprint_key=environment.key("FINGERPRINT_KEY"),
        log_level=environment.choice("LOG_LEVEL", "INFO", of=("DEBUG", "INFO", "WARNING", "ERROR")),
        pool_size=environment.whole("DATABASE_POOL", 8, least=1, most=100),
        metrics_bind=environment.address("METRICS_BIND"),
    )
