"""The outbox: messages are saved with what they tell of, and sent by the worker after the commit."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from chassis.database import Database
from chassis.recordset import rows_parameter
from chassis.sealing import Seal
from chassis.upsert import put_unless_there
from services.accounts.domain.people.messages import LEASE, Message, MessageKind, Recipient
from services.accounts.storage.people_tables import MESSAGE

M = MESSAGE.c


def add_message(connection: sa.Connection, message: Message, *, seal: Seal) -> None:
    """Save a message to be sent; what it says and to whom is sealed. One to nobody is given up as it is saved."""
    connection.execute(sa.insert(MESSAGE).values(_row(message, seal)))


def add_messages_once(
    connection: sa.Connection, database: Database, messages: Sequence[Message], *, seal: Seal
) -> None:
    """Save messages to be sent, but for those whose ids are there already, sent or not."""
    rows = [_row(message, seal) for message in messages]
    connection.execute(put_unless_there(database, MESSAGE), {"rows": rows_parameter(rows)})


def _row(message: Message, seal: Seal) -> dict[str, Any]:
    text = json.dumps(
        {
            "card": message.to.card,
            "email": message.to.email,
            "language": message.language,
            "values": dict(message.values),
        }
    )
    sealed = seal.close(text, context=_context_of(message.message_id))
    is_given_up = message.to.is_nobody
    return {
        "message_id": message.message_id,
        "channel": "card" if message.to.card is not None else "email",
        "kind": message.kind.value,
        "sealed": None if is_given_up else sealed,
        "given_up_at": message.created_at if is_given_up else None,
        "created_at": message.created_at,
        "expires_at": message.expires_at,
        "next_try_at": message.created_at,
        "attempts": 0,
        "sent_at": None,
    }


def take_message(connection: sa.Connection, *, seal: Seal, now: datetime) -> Message | None:
    """Take the message that is due, for as long as sending it may last; None where none is.

    Of several that one whose sense ends first: a code does not wait for news to all the people of a class. What a later
    release wrote, and this one has no words for, stays for it and holds up nobody.
    """
    due = (
        sa.select(M.message_id)
        .where(M.sealed.is_not(None), M.next_try_at <= now, M.kind.in_([*MessageKind]))
        .order_by(M.expires_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    message_id = connection.execute(due).scalar_one_or_none()
    if message_id is None:
        return None
    row = connection.execute(
        sa.update(MESSAGE)
        .where(M.message_id == message_id)
        .values(next_try_at=now + LEASE, attempts=M.attempts + 1)
        .returning(MESSAGE)
    ).one()
    opened = json.loads(seal.open(row.sealed, context=_context_of(row.message_id)))
    return Message(
        message_id=row.message_id,
        kind=MessageKind(row.kind),
        to=Recipient(card=opened["card"], email=opened["email"]),
        language=opened["language"],
        values=opened["values"],
        created_at=row.created_at,
        expires_at=row.expires_at,
        attempts=row.attempts,
    )


def save_sent(connection: sa.Connection, message_id: str, *, now: datetime) -> None:
    """Note that a message was sent, and destroy what it said."""
    _finish(connection, message_id, sent_at=now)


def save_given_up(connection: sa.Connection, message_id: str, *, now: datetime) -> None:
    """Note that a message will never be sent, and destroy what it said."""
    _finish(connection, message_id, given_up_at=now)


def save_next_try(connection: sa.Connection, message_id: str, *, at: datetime) -> None:
    """Note when a message is tried again."""
    connection.execute(
        sa.update(MESSAGE)
        .where(M.message_id == message_id, M.sealed.is_not(None))
        .values(next_try_at=at)
    )


def count_waiting(connection: sa.Connection) -> int:
    """Count the messages that are still to be sent."""
    waiting = sa.select(sa.func.count()).where(M.sealed.is_not(None))
    return int(connection.execute(waiting).scalar_one())


def _finish(connection: sa.Connection, message_id: str, **when: datetime) -> None:
    connection.execute(
        sa.update(MESSAGE)
        .where(M.message_id == message_id, M.sealed.is_not(None))
        .values(sealed=None, **when)
    )


def _context_of(message_id: str) -> str:
    return f"message {message_id}"
