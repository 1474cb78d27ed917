"""Loading and saving codes that were sent."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from services.accounts.domain.people.codes import ATTEMPTS, SentCode
from services.accounts.storage.people_tables import ONE_TIME_CODE

C = ONE_TIME_CODE.c


def add_sent_code(connection: sa.Connection, code: SentCode, *, flow_digest: str) -> None:
    """Save a code for the browser that asked for it."""
    connection.execute(
        sa.insert(ONE_TIME_CODE).values(
            flow_digest=flow_digest,
            purpose=code.purpose,
            name_digest=code.name_digest,
            account_id=code.account_id,
            card=code.card,
            code_digest=code.code_digest,
            attempts=0,
            created_at=code.created_at,
            expires_at=code.expires_at,
        )
    )


def count_sent_since(connection: sa.Connection, name_digest: str, *, since: datetime) -> int:
    """Count the codes that were sent to whoever has a name."""
    sent = sa.select(sa.func.count()).where(
        C.name_digest == name_digest,
        C.created_at > since,
        sa.or_(C.account_id.is_not(None), C.card.is_not(None)),
    )
    return int(connection.execute(sent).scalar_one())


def take_attempt(connection: sa.Connection, flow_digest: str, *, now: datetime) -> SentCode | None:
    """Use up one attempt at a code; None where there is no code in force, or none left."""
    taken = connection.execute(
        sa.update(ONE_TIME_CODE)
        .where(
            C.flow_digest == flow_digest,
            C.used_at.is_(None),
            C.expires_at > now,
            C.attempts < ATTEMPTS,
        )
        .values(attempts=C.attempts + 1)
        .returning(ONE_TIME_CODE)
    ).one_or_none()
    return None if taken is None else _code(taken)


def give_attempt_back(connection: sa.Connection, flow_digest: str) -> None:
    """Count an attempt no more that was taken in the same transaction."""
    connection.execute(
        sa.update(ONE_TIME_CODE).where(C.flow_digest == flow_digest).values(attempts=C.attempts - 1)
    )


def use_code(connection: sa.Connection, flow_digest: str, *, now: datetime) -> SentCode | None:
    """Mark a code as used; None where it was used before."""
    used = connection.execute(
        sa.update(ONE_TIME_CODE)
        .where(C.flow_digest == flow_digest, C.used_at.is_(None), C.expires_at > now)
        .values(used_at=now)
        .returning(ONE_TIME_CODE)
    ).one_or_none()
    return None if used is None else _code(used)


def forget_codes_of_card(connection: sa.Connection, card: str) -> None:
    """Destroy the codes that were sent to the holder of a card."""
    connection.execute(sa.delete(ONE_TIME_CODE).where(C.card == card))


def forget_codes_of_name(connection: sa.Connection, name_digest: str) -> None:
    """Destroy the codes that were asked for under a name, also those that were for nobody."""
    connection.execute(sa.delete(ONE_TIME_CODE).where(C.name_digest == name_digest))


def _code(row: sa.Row[Any]) -> SentCode:
    return SentCode(
        purpose=row.purpose,
        name_digest=row.name_digest,
        account_id=row.account_id,
        card=row.card,
        code_digest=row.code_digest,
        created_at=row.created_at,
        expires_at=row.expires_at,
    )
