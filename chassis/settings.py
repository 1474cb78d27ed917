"""Reading settings from the environment, once, at start, with a message that names what is wrong.

In production, which it is where nothing is said, secrets that can be guessed and switches for debugging are refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from chassis.guessable import is_guessable, is_guessable_key

DEVELOPMENT = "development"
PRODUCTION = "production"
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")

DEBUGGING = ("FLASK_DEBUG", "PYTHONDEVMODE")
"""What Flask and Python read by themselves to tell more than callers and logs may learn."""

_OFF = ("", "0", "false", "no")
_MAKE_A_KEY = "make one with: openssl rand -hex 32"


class SettingsError(Exception):
    """A setting is missing or unusable; the process must not start."""


@dataclass(frozen=True)
class Environment:
    """The environment variables a process was started with, read with types and bounds.

    Raises `SettingsError` when made, where ENVIRONMENT is none, or is production and something is set to debug.
    """

    variables: Mapping[str, str]

    def __post_init__(self) -> None:
        if self.is_production:
            self._refuse_debugging()

    @property
    def is_production(self) -> bool:
        """Tell whether this is no developer's machine."""
        return self.choice("ENVIRONMENT", PRODUCTION, of=(DEVELOPMENT, PRODUCTION)) == PRODUCTION

    def _refuse_debugging(self) -> None:
        for name in DEBUGGING:
            if self.variables.get(name, "").lower() not in _OFF:
                raise SettingsError(f"{name} is not for production; unset it")
        if self.variables.get("LOG_LEVEL") == "DEBUG":
            raise SettingsError(
                "LOG_LEVEL must not be DEBUG in production; libraries would log data"
            )

    def text(self, name: str, default: str | None = None) -> str:
        """Return a variable's text. Raises `SettingsError` where it is missing and has no default."""
        value = self.variables.get(name) or default
        if value is None:
            raise SettingsError(f"{name} is not set")
        return value

    def web_address(self, name: str) -> str:
        """Return a web address, without a slash at its end. Raises `SettingsError` for what is none."""
        text = self.text(name)
        parts = _parts(text)
        if parts is None or parts.query or parts.fragment:
            raise SettingsError(
                f"{name} must be a web address such as https://balai.example, not {text[:80]!r}"
            )
        return text.rstrip("/")

    def address_for_secrets(self, name: str) -> str:
        """Return a web address at which something secret is handed over.

        Raises `SettingsError` for what is none and, in production, where others on the way could read along.
        """
        text = self.text(name)
        parts = _parts(text)
        if parts is None:
            raise SettingsError(f"{name} must be a web address, not {text[:80]!r}")
        if self.is_production and parts.scheme == "http" and not _is_this_machine(parts.hostname):
            raise SettingsError(
                f"{name} must begin with https:// in production, unless it is on this machine:"
                " what is sent there is secret"
            )
        return text

    def optional(self, name: str) -> str | None:
        """Return a variable's text, or None where it is missing or empty."""
        return self.variables.get(name) or None

    def whole(self, name: str, default: int, *, least: int, most: int) -> int:
        """Return a whole number within bounds. Raises `SettingsError` otherwise."""
        text = self.variables.get(name) or str(default)
        digits = text.isascii() and text.isdigit() and len(text) <= 18
        if not digits or not least <= int(text) <= most:
            raise SettingsError(
                f"{name} must be a whole number from {least} to {most}, not {text[:40]!r}"
            )
        return int(text)

    def choice(self, name: str, default: str, *, of: tuple[str, ...]) -> str:
        """Return one of the named choices. Raises `SettingsError` otherwise."""
        text = self.variables.get(name) or default
        if text not in of:
            raise SettingsError(f"{name} must be one of {', '.join(of)}, not {text!r}")
        return text

    def key(self, name: str, *, size: int = 32) -> bytes:
        """Return secret key material written as hexadecimal.

        Raises `SettingsError` where it has another size or, in production, was not made at random.
        """
        text = self.text(name)
        try:
            material = bytes.fromhex(text)
        except ValueError:
            material = b""
        if len(material) != size:
            raise SettingsError(
                f"{name} must be {size} bytes written as {2 * size} hexadecimal digits"
            )
        if self.is_production and is_guessable_key(material):
            raise SettingsError(f"{name} was not made at random; {_MAKE_A_KEY}")
        return material

    def secret(self, name: str) -> str:
        """Return a secret text. Raises `SettingsError` where it is missing or, in production, can be guessed."""
        text = self.text(name)
        if self.is_production and is_guessable(text, least=32):
            raise SettingsError(f"{name} is short, or was not made at random; {_MAKE_A_KEY}")
        return text

    def address(self, name: str) -> tuple[str, int] | None:
        """Return a `host:port` to listen on, or None where it is not set. Raises `SettingsError` for another form."""
        text = self.optional(name)
        if text is None:
            return None
        host, _, port = text.rpartition(":")
        if (
            not host
            or not port.isascii()
            or not port.isdigit()
            or len(port) > 5
            or not 0 < int(port) < 65536
        ):
            raise SettingsError(f"{name} must be host:port, not {text!r}")
        return host.strip("[]"), int(port)


def _parts(text: str) -> SplitResult | None:
    """Take a web address apart; None for what is none."""
    try:
        parts = urlsplit(text)
    except ValueError:  # a bracket that nothing closes
        return None
    return parts if parts.scheme in ("http", "https") and parts.hostname else None


def _is_this_machine(host: str | None) -> bool:
    try:
        return host == "localhost" or ip_address(host or "").is_loopback
    except ValueError:
        return False
