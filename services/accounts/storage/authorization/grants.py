"""Loading and saving grants, their codes and their refresh tokens."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from chassis.database import Database
from services.accounts.domain.authorization.codes import AuthorizationCode
from services.accounts.domain.authorization.grants import Grant, GrantEnd, RefreshToken
from services.accounts.storage.authorization_tables import (
    APPLICATION_GRANT,
    AUTHORIZATION_CODE,
    REFRESH_TOKEN,
)

G, C, R = APPLICATION_GRANT.c, AUTHORIZATION_CODE.c, REFRESH_TOKEN.c
_GRANT = [column for column in G if column.name != "ended_by"]
_IN_FORCE = G.ended_at.is_(None)


def lock_grant(connection: sa.Connection, database: Database, grant_id: str) -> None:
    """Make everybody else who uses this grant wait until the transaction ends."""
    database.lock_names(connection, [f"grant {grant_id}"])


def add_grant(connection: sa.Connection, grant: Grant) -> None:
    """Save a new grant."""
    values = {column.name: getattr(grant, column.name) for column in _GRANT}
    connection.execute(sa.insert(APPLICATION_GRANT).values(values))


def load_grant(connection: sa.Connection, grant_id: str) -> Grant | None:
    """Load a grant, in force or ended."""
    row = connection.execute(sa.select(*_GRANT).where(G.grant_id == grant_id)).one_or_none()
    return None if row is None else Grant(**row._mapping)


def end_grant(connection: sa.Connection, grant_id: str, *, by: GrantEnd, now: datetime) -> bool:
    """End a grant; tell whether it was in force."""
    return _end(connection, G.grant_id == grant_id, by=by, now=now) > 0


def end_grants_of_session(
    connection: sa.Connection, session_id: str, *, by: GrantEnd, now: datetime
) -> int:
    """End what was granted in one browser's session; return how many."""
    return _end(connection, G.session_id == session_id, by=by, now=now)


def end_grants_of_account(
    connection: sa.Connection,
    account_id: str,
    *,
    by: GrantEnd,
    now: datetime,
    but_of_session: str | None = None,
) -> int:
    """End everything that was granted in a person's name, or all but what was in one session; return how many."""
    of = G.account_id == account_id
    if but_of_session is not None:
        of &= G.session_id != but_of_session
    return _end(connection, of, by=by, now=now)


def _end(
    connection: sa.Connection, of: sa.ColumnElement[bool], *, by: GrantEnd, now: datetime
) -> int:
    statement = sa.update(APPLICATION_GRANT).where(of, _IN_FORCE)
    return connection.execute(statement.values(ended_at=now, ended_by=by.value)).rowcount


def add_code(connection: sa.Connection, code: AuthorizationCode) -> None:
    """Save a new code."""
    values = {column.name: getattr(code, column.name) for column in C}
    connection.execute(sa.insert(AUTHORIZATION_CODE).values(values))


def load_code(connection: sa.Connection, code_digest: str) -> AuthorizationCode | None:
    """Load a code, used or not."""
    query = sa.select(AUTHORIZATION_CODE).where(C.code_digest == code_digest)
    row = connection.execute(query).one_or_none()
    return None if row is None else AuthorizationCode(**row._mapping)


def save_code_used(connection: sa.Connection, code_digest: str, *, now: datetime) -> None:
    """Mark a code as used."""
    connection.execute(
        sa.update(AUTHORIZATION_CODE).where(C.code_digest == code_digest).values(used_at=now)
    )


def add_refresh_token(connection: sa.Connection, token: RefreshToken) -> None:
    """Save a new refresh token."""
    values = {column.name: getattr(token, column.name) for column in R}
    connection.execute(sa.insert(REFRESH_TOKEN).values(values))


def load_refresh_token(connection: sa.Connection, token_digest: str) -> RefreshToken | None:
    """Load a refresh token, used or not."""
    query = sa.select(REFRESH_TOKEN).where(R.token_digest == token_digest)
    row = connection.execute(query).one_or_none()
    return None if row is None else RefreshToken(**row._mapping)


def child_was_used(connection: sa.Connection, token_digest: str) -> bool:
    """Tell whether a token was used that this one gave."""
    used = sa.select(R.token_digest).where(R.parent_digest == token_digest, R.used_at.is_not(None))
    return connection.execute(used.limit(1)).first() is not None


def supersede_children(connection: sa.Connection, token_digest: str, *, now: datetime) -> None:
    """Make what a token gave before worth nothing: it gives anew."""
    connection.execute(
        sa.update(REFRESH_TOKEN)
        .where(R.parent_digest == token_digest, R.superseded_at.is_(None))
        .values(superseded_at=now)
    )


def save_refresh_token_used(connection: sa.Connection, token_digest: str, *, now: datetime) -> None:
    """Mark a refresh token as used; of one that was used before, the first time stands."""
    connection.execute(
        sa.update(REFRESH_TOKEN)
        .where(R.token_digest == token_digest, R.used_at.is_(None))
        .values(used_at=now)
    )


def forget_grants(connection: sa.Connection, *, before: datetime, most: int) -> int:
    """Forget grants that were over at an instant, with their codes and tokens; return how many."""
    over = sa.or_(G.expires_at < before, G.ended_at < before)
    some = sa.select(G.grant_id).where(over).limit(most)
    return connection.execute(sa.delete(APPLICATION_GRANT).where(G.grant_id.in_(some))).rowcount
