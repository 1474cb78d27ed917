"""Reading settings from the environment, once, at start, with a message that names what is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


class SettingsError(Exception):
    """A setting is missing or unusable; the process must not start."""


@dataclass(frozen=True)
class Environment:
    """The environment variables a process was started with, read with types and bounds."""

    variables: Mapping[str, str]

    def text(self, name: str, default: str | None = None) -> str:
        """Return a variable's text. Raises `SettingsError` where it is missing and has no default."""
        value = self.variables.get(name) or default
        if value is None:
            raise SettingsError(f"{name} is not set")
        return value

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
        """Return secret key material written as hexadecimal. Raises `SettingsError` where it has another size."""
        text = self.text(name)
        try:
            material = bytes.fromhex(text)
        except ValueError:
            material = b""
        if len(material) != size:
            raise SettingsError(
                f"{name} must be {size} bytes written as {2 * size} hexadecimal digits"
            )
        return material

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
