"""Secrets of clients at a terminal: taken from the environment, printed once."""

from __future__ import annotations

from collections.abc import Mapping

from chassis.settings import Environment


def given_secret(variable: str | None, variables: Mapping[str, str]) -> str | None:
    """Read a secret from the environment variable of a name, if there is a name. Raises `SettingsError`."""
    return Environment(variables).text(variable) if variable is not None else None


def print_credentials(client_id: str, secret: str | None) -> None:
    """Print what was registered: the secret only where it was made here, this once."""
    print(f"client_id={client_id}")
    if secret is not None:
        print(f"client_secret={secret}")
