"""Sign somebody out, here or elsewhere; and note that a session is in use."""

from __future__ import annotations

import sqlalchemy as sa

from services.accounts.domain.authorization.grants import GrantEnd
from services.accounts.domain.people.sessions import SignedIn
from services.accounts.storage.authorization.grants import (
    end_grants_of_account,
    end_grants_of_session,
)
from services.accounts.storage.people.digests import token_digest
from services.accounts.storage.people.sessions import (
    end_session_of_token,
    end_sessions,
    forget_devices,
    save_seen,
)
from services.accounts.use_cases.people.people import People


def sign_out(connection: sa.Connection, people: People, token: str) -> None:
    """End the session of a browser, and what was granted to applications in it; there may be none."""
    now = people.database.now(connection)
    session_id = end_session_of_token(connection, token_digest(token), now=now)
    if session_id is not None:
        end_grants_of_session(connection, session_id, by=GrantEnd.SIGNED_OUT, now=now)


def sign_out_elsewhere(connection: sa.Connection, people: People, who: SignedIn) -> None:
    """End every other session of somebody, and forget the browsers: each must prove itself anew.

    Applications in which the person signed in elsewhere are signed out too.
    """
    now = people.database.now(connection)
    end_sessions(connection, who.account_id, now=now, but=who.session_id)
    end_grants_of_account(
        connection, who.account_id, by=GrantEnd.SIGNED_OUT, now=now, but_of_session=who.session_id
    )
    forget_devices(connection, who.account_id)


def end_one_session(
    connection: sa.Connection, people: People, who: SignedIn, session_id: str
) -> None:
    """End one session of somebody's own, and what was granted in it; anybody else's is not touched."""
    now = people.database.now(connection)
    if end_sessions(connection, who.account_id, now=now, only=session_id):
        end_grants_of_session(connection, session_id, by=GrantEnd.SIGNED_OUT, now=now)


def note_use(connection: sa.Connection, people: People, who: SignedIn) -> None:
    """Note that a session is in use, so that it does not end for being unused."""
    save_seen(connection, who.session_id, now=people.database.now(connection))
