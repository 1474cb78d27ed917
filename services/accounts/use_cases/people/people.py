"""What every use case about people works with."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from chassis.database import Database
from chassis.identifiers import new_id
from chassis.journal import Journal
from chassis.password_hashing import PasswordHashes
from chassis.sealing import Seal
from services.accounts.domain.people.messages import Message, MessageKind, Recipient
from services.accounts.storage.people.digests import Digests
from services.accounts.storage.people.messages import add_message


@dataclass(frozen=True)
class People:
    """Where people are kept, and what protects their names and passwords."""

    database: Database
    journal: Journal
    seal: Seal
    digests: Digests
    passwords: PasswordHashes

    def tell(
        self,
        connection: sa.Connection,
        kind: MessageKind,
        to: Recipient,
        *,
        language: str,
        values: Mapping[str, str],
        now: datetime,
        lasts: timedelta,
    ) -> None:
        """Have somebody told something, once this is committed."""
        message = Message(
            message_id=new_id(),
            kind=kind,
            to=to,
            language=language,
            values=values,
            created_at=now,
            expires_at=now + lasts,
        )
        add_message(connection, message, seal=self.seal)


def random_below(number: int) -> int:
    """Return a random number below another, for codes."""
    return secrets.randbelow(number)
