"""The settings of accounts, from the environment, checked at start.

Beside those every service has (`chassis.service_settings`; TOKEN_ISSUER is the one origin that callers see):
KEY_ENCRYPTION_KEY (64 hexadecimal digits): seals the signing keys at rest · SIGNING_KEY_DAYS: how long a key signs
before the next takes over.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from chassis.service_settings import ServiceSettings, service_settings
from chassis.settings import Environment


@dataclass(frozen=True, kw_only=True)
class Settings(ServiceSettings):
    """What each process of accounts is told."""

    key_encryption_key: bytes = field(repr=False)
    signing_key_age: timedelta


def read_settings(variables: Mapping[str, str]) -> Settings:
    """Read what each process needs. Raises `SettingsError` naming the variable that is missing or wrong."""
    environment = Environment(variables)
    days = environment.whole("SIGNING_KEY_DAYS", 90, least=1, most=3650)
    return Settings(
        **service_settings(environment),
        key_encryption_key=environment.key("KEY_ENCRYPTION_KEY"),
        signing_key_age=timedelta(days=days),
    )
