"""Who does what is journaled here: a command on the server, the service itself, or a person who signed in."""

from __future__ import annotations

from dataclasses import dataclass

from vocabulary.roles import SYSTEM

COMMAND_LINE = "command-line"
"""Whoever may run programs on the server; the operating system knows who that was."""

ITSELF = "service-accounts"


@dataclass(frozen=True, slots=True)
class Actor:
    """The actor of journal entries, and the id that ties them to the log lines of the same event."""

    name: str
    request_id: str
    role: str = SYSTEM
