"""The settings of accounts, from the environment, checked at start.

Beside those every service has (`chassis.service_settings`; TOKEN_ISSUER is the one origin that callers see):
KEY_ENCRYPTION_KEY (64 hexadecimal digits): seals the signing keys at rest, the addresses of staff, messages and stored
answers · FINGERPRINT_KEY (likewise): under it people are found by the names they sign in under · SIGNING_KEY_DAYS: how
long a key signs before the next takes over · ENROLMENT_URL: where cards and the people who hold them are known; and
for the worker MESSAGE_SENDER: how people are told something, `http` with MESSAGE_URL and MESSAGE_SECRET, or `print` on
a developer's machine.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlsplit

from chassis.service_settings import ServiceSettings, service_settings
from chassis.settings import Environment, SettingsError


@dataclass(frozen=True, kw_only=True)
class Settings(ServiceSettings):
    """What each process of accounts is told."""

    key_encryption_key: bytes = field(repr=False)
    fingerprint_key: bytes = field(repr=False)
    signing_key_age: timedelta
    enrolment_url: str


@dataclass(frozen=True, kw_only=True)
class MessageChannel:
    """Where messages are handed over, and the secret that says from whom."""

    url: str
    secret: str = field(repr=False)

    @property
    def is_nowhere(self) -> bool:
        """Tell whether the address is one that never exists (RFC 6761): nobody has put in a real one yet."""
        host = urlsplit(self.url).hostname or ""
        return host.rpartition(".")[2] == "invalid"


@dataclass(frozen=True, kw_only=True)
class WorkerSettings(Settings):
    """What the worker is told beside that; without a channel it prints messages."""

    message_channel: MessageChannel | None


def read_settings(variables: Mapping[str, str]) -> Settings:
    """Read what each process needs. Raises `SettingsError` naming the variable that is missing or wrong."""
    environment = Environment(variables)
    days = environment.whole("SIGNING_KEY_DAYS", 90, least=1, most=3650)
    return Settings(
        **service_settings(environment),
        key_encryption_key=environment.key("KEY_ENCRYPTION_KEY"),
        fingerprint_key=environment.key("FINGERPRINT_KEY"),
        signing_key_age=timedelta(days=days),
        enrolment_url=environment.text("ENROLMENT_URL"),
    )


def read_worker_settings(variables: Mapping[str, str]) -> WorkerSettings:
    """Read what the worker needs. Raises `SettingsError` naming the variable that is missing or wrong."""
    return WorkerSettings(
        **vars(read_settings(variables)), message_channel=_message_channel(Environment(variables))
    )


def _message_channel(environment: Environment) -> MessageChannel | None:
    """Read how people are told something.

    Raises `SettingsError`, in production also for messages on a screen, or to another machine unencrypted.
    """
    if environment.choice("MESSAGE_SENDER", "http", of=("http", "print")) == "print":
        if environment.is_production:
            raise SettingsError(
                "MESSAGE_SENDER=print writes codes to the log; in production messages go to MESSAGE_URL"
            )
        return None
    url = environment.address_for_secrets("MESSAGE_URL")
    return MessageChannel(url=url, secret=environment.secret("MESSAGE_SECRET"))
