"""How a command ends: what somebody at a terminal is told, and the exit code."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping

import sqlalchemy as sa

from chassis.problems import Problem
from chassis.settings import SettingsError
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
    which others say that it cannot be done. Where one of these is raised as a more particular kind, its name is told
    besides.
    """
    said = refused or {}
    given_wrongly: tuple[type[Exception], ...] = (SettingsError, *unusable)
    foreseen: tuple[type[Exception], ...] = tuple(said)
    try:
        command()
    except given_wrongly as error:
        return _tell(name, str(error), UNUSABLE)
    except foreseen as error:
        return _tell(name, _words_for(error, said), REFUSED)
    except Problem as problem:
        return _tell(name, said_by(problem), REFUSED)
    except sa.exc.SQLAlchemyError as error:
        return _tell(name, why_unusable(error), REFUSED)
    return DONE


def _words_for(error: Exception, said: Mapping[type[Exception], str]) -> str:
    kind = next(kind for kind in said if isinstance(error, kind))
    return said[kind] if type(error) is kind else f"{said[kind]} ({type(error).__name__})"


def _tell(name: str, why: str, code: int) -> int:
    sys.stderr.write(f"{name}: {why}\n")
    return code
