"""How the commands of accounts end: what somebody at a terminal is told, and the exit code."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping

import sqlalchemy as sa

from chassis.problems import Problem
from chassis.settings import Environment, SettingsError
from chassis.terminal import said_by, why_unusable

DONE, REFUSED, UNUSABLE = 0, 1, 2


def exit_code(
    name: str,
    command: Callable[[], None],
    *,
    unusable: tuple[type[Exception], ...] = (),
    refused: Mapping[type[Exception], str] | None = None,
) -> int:
    """Run a command and return its exit code; where it fails, one line on standard error says why.

    `unusable` are the exceptions that say themselves what was given wrongly, as settings do; `refused` says in words
    which others say that it cannot be done.
    """
    said = refused or {}
    given_wrongly: tuple[type[Exception], ...] = (SettingsError, *unusable)
    foreseen: tuple[type[Exception], ...] = tuple(said)
    try:
        command()
    except given_wrongly as error:
        return _tell(name, str(error), UNUSABLE)
    except foreseen as error:
        return _tell(name, next(said[kind] for kind in said if isinstance(error, kind)), REFUSED)
    except Problem as problem:
        return _tell(name, said_by(problem), REFUSED)
    except sa.exc.SQLAlchemyError as error:
        return _tell(name, why_unusable(error), REFUSED)
    return DONE


def given_secret(variable: str | None, variables: Mapping[str, str]) -> str | None:
    """Read a secret from the environment variable of a name, if there is a name. Raises `SettingsError`."""
    return Environment(variables).text(variable) if variable is not None else None


def print_credentials(client_id: str, secret: str | None) -> None:
    """Print what was registered: the secret only where it was made here, this once."""
    print(f"client_id={client_id}")
    if secret is not None:
        print(f"client_secret={secret}")


def _tell(name: str, why: str, code: int) -> int:
    print(f"{name}: {why}", file=sys.stderr)
    return code
