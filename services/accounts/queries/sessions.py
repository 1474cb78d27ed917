"""Who is signed in, in which browsers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from services.accounts.domain.people.sessions import SEEN_EVERY, Session, SignedIn
from services.accounts.storage.people.digests import token_digest
from services.accounts.storage.people.sessions import (
    count_devices,
    load_sessions,
    load_signed_in,
)


@dataclass(frozen=True, slots=True)
class OwnSessions:
    """A person's sessions that are alive, and in how many browsers the person signed in before."""

    sessions: tuple[Session, ...]
    devices: int


def signed_in(connection: sa.Connection, *, token: str, now: datetime) -> SignedIn | None:
    """Return who is signed in by the token of a session; None where nobody is."""
    found = load_signed_in(connection, token_digest(token), now=now)
    return None if found is None else found[0]


def is_to_be_noted(connection: sa.Connection, *, token: str, now: datetime) -> bool:
    """Tell whether it is time to note that a session is in use, so that it does not end for being unused."""
    found = load_signed_in(connection, token_digest(token), now=now)
    return found is not None and now - found[1].last_seen_at >= SEEN_EVERY


def own_sessions(connection: sa.Connection, who: SignedIn, *, now: datetime) -> OwnSessions:
    """Read the sessions of whoever is signed in."""
    alive = (
        session
        for session in load_sessions(connection, who.account_id)
        if session.is_alive(role=who.mandate.role, now=now)
    )
    return OwnSessions(tuple(alive), count_devices(connection, who.account_id, now=now))
