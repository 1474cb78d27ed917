"""Sign somebody out, here or elsewhere; and note that a session is in use."""

from __future__ import annotations

import sqlalchemy as sa

from services.accounts.domain.people.sessions import SignedIn
from services.accounts.storage.people.digests import token_digest
from services.accounts.storage.people.sessions import (
    end_session_of_token,
    end_sessions,
    forget_devices,
    save_seen,
)
from services.accounts.use_cases.people.people import People


def sign_out(connection: sa.Connection, people: People, token: str) -> None:
    """End the session of a browser; there may be none."""
    end_session_of_token(connection, token_digest(token), now=people.database.now(connection))


def sign_out_elsewhere(connection: sa.Connection, people: People, who: SignedIn) -> None:
    """End every other session of somebody, and forget the browsers: each must prove itself anew."""
    now = people.database.now(connection)
    end_sessions(connection, who.account_id, now=now, but=who.session_id)
    forget_devices(connection, who.account_id)


def end_one_session(
    connection: sa.Connection, people: People, who: SignedIn, session_id: str
) -> None:
    """End one session of somebody's own; anybody else's is not touched."""
    now = people.database.now(connection)
    end_sessions(connection, who.account_id, now=now, only=session_id)


def note_use(connection: sa.Connection, people: People, who: SignedIn) -> None:
    """Note that a session is in use, so that it does not end for being unused."""
    save_seen(connection, who.session_id, now=people.database.now(connection))
