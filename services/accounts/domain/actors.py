"""Who does what is journaled here: a command on the server, or the service itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chassis.journal import Entry
from services.accounts.domain.mandates import Mandate
from vocabulary.roles import SYSTEM

COMMAND_LINE = "command-line"
"""Whoever may run programs on the server; the operating system knows who that was."""

ITSELF = "service-accounts"


@dataclass(frozen=True, slots=True)
class Actor:
    """The actor of journal entries, and the id that ties them to the log lines of the same event."""

    name: str
    request_id: str

    def entry(self, kind: str, *, body: Mapping[str, Any], mandate: Mandate | None = None) -> Entry:
        """Write an entry of this actor, findable by what the mandate is bound to."""
        subjects = (
            {"provider_id": mandate.provider, "card_ref": mandate.card, "region": mandate.region}
            if mandate is not None
            else {}
        )
        return Entry(
            kind=kind,
            actor=self.name,
            role=SYSTEM,
            request_id=self.request_id,
            subjects=subjects,
            body=body,
        )
