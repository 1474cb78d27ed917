"""Loading and saving sessions and the devices they were begun on."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from services.accounts.domain.mandates import Mandate
from services.accounts.domain.people.sessions import DEVICE_KEPT, Session, SignedIn
from services.accounts.storage.people_tables import ACCOUNT, DEVICE, SESSION

S, A, D = SESSION.c, ACCOUNT.c, DEVICE.c


def load_signed_in(
    connection: sa.Connection, digest: str, *, now: datetime
) -> tuple[SignedIn, Session] | None:
    """Load who is signed in by a session's token, if the session is alive and the account in force."""
    query = (
        sa.select(SESSION, A.role, A.provider, A.card, A.region, A.language)
        .join(ACCOUNT, A.account_id == S.account_id)
        .where(S.token_digest == digest, A.disabled_at.is_(None))
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    session = _session(row)
    if not session.is_alive(role=row.role, now=now):
        return None
    signed_in = SignedIn(
        account_id=row.account_id,
        mandate=Mandate(row.role, provider=row.provider, card=row.card, region=row.region),
        language=row.language,
        authenticated_at=row.authenticated_at,
        session_id=row.session_id,
    )
    return signed_in, session


def load_sessions(connection: sa.Connection, account_id: str) -> list[Session]:
    """Load the sessions of an account that were not ended, the last used first."""
    query = (
        sa.select(SESSION)
        .where(S.account_id == account_id, S.ended_at.is_(None))
        .order_by(S.last_seen_at.desc(), S.session_id)
    )
    return [_session(row) for row in connection.execute(query)]


def lock_session(connection: sa.Connection, session_id: str) -> Session | None:
    """Load a session by its id, and make whoever wants to end it wait until the transaction ends."""
    query = sa.select(SESSION).where(S.session_id == session_id).with_for_update()
    row = connection.execute(query).one_or_none()
    return None if row is None else _session(row)


def add_session(connection: sa.Connection, session: Session, *, digest: str) -> None:
    """Save a new session."""
    connection.execute(
        sa.insert(SESSION).values(
            token_digest=digest,
            session_id=session.session_id,
            account_id=session.account_id,
            authenticated_at=session.authenticated_at,
            last_seen_at=session.last_seen_at,
            expires_at=session.expires_at,
            ended_at=session.ended_at,
        )
    )


def save_seen(connection: sa.Connection, session_id: str, *, now: datetime) -> None:
    """Note that a session was used."""
    connection.execute(
        sa.update(SESSION)
        .where(S.session_id == session_id, S.ended_at.is_(None))
        .values(last_seen_at=now)
    )


def end_session_of_token(connection: sa.Connection, digest: str, *, now: datetime) -> str | None:
    """End the session that a browser has; return its id, None where there is none in force."""
    ended = connection.execute(
        sa.update(SESSION)
        .where(S.token_digest == digest, S.ended_at.is_(None))
        .values(ended_at=now)
        .returning(S.session_id)
    )
    return ended.scalar_one_or_none()


def end_sessions(
    connection: sa.Connection,
    account_id: str,
    *,
    now: datetime,
    but: str | None = None,
    only: str | None = None,
) -> int:
    """End an account's sessions: all of them, all but one, or only one; return how many were in force."""
    query = sa.update(SESSION).where(S.account_id == account_id, S.ended_at.is_(None))
    if but is not None:
        query = query.where(S.session_id != but)
    if only is not None:
        query = query.where(S.session_id == only)
    return connection.execute(query.values(ended_at=now)).rowcount


def knows_device(
    connection: sa.Connection, *, account_id: str | None, digest: str | None, now: datetime
) -> bool:
    """Tell whether somebody signed in to an account from this browser before.

    It is asked for nobody's account and for a browser without a cookie too, so that all look alike.
    """
    query = sa.select(D.account_id).where(
        D.token_digest == (digest or ""),
        D.account_id == (account_id or _NOBODY),
        D.last_seen_at > now - DEVICE_KEPT,
    )
    return connection.execute(query).first() is not None


def save_device(connection: sa.Connection, *, account_id: str, digest: str, now: datetime) -> None:
    """Remember a browser in which somebody signed in."""
    mine = (D.token_digest == digest) & (D.account_id == account_id)
    if connection.execute(sa.update(DEVICE).where(mine).values(last_seen_at=now)).rowcount:
        return
    connection.execute(
        sa.insert(DEVICE).values(
            token_digest=digest, account_id=account_id, first_seen_at=now, last_seen_at=now
        )
    )


def forget_devices(connection: sa.Connection, account_id: str) -> None:
    """Forget every browser in which somebody signed in to an account."""
    connection.execute(sa.delete(DEVICE).where(D.account_id == account_id))


def count_devices(connection: sa.Connection, account_id: str, *, now: datetime) -> int:
    """Count the browsers in which somebody signed in to an account."""
    known = sa.select(sa.func.count()).where(
        D.account_id == account_id, D.last_seen_at > now - DEVICE_KEPT
    )
    return int(connection.execute(known).scalar_one())


_NOBODY = "00000000-0000-0000-0000-000000000000"


def _session(row: sa.Row[Any]) -> Session:
    return Session(
        session_id=row.session_id,
        account_id=row.account_id,
        authenticated_at=row.authenticated_at,
        last_seen_at=row.last_seen_at,
        expires_at=row.expires_at,
        ended_at=row.ended_at,
    )
