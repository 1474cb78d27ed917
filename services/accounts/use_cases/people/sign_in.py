"""Sign somebody in: compare the password, then begin a session.

Signing in is not journaled: nothing that others rely on changes by it. It is counted, and the log has a line for each
request with its id.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

from chassis.identifiers import random_reference
from services.accounts.domain.people.accounts import Account
from services.accounts.domain.people.guesses import are_too_many, key_of
from services.accounts.domain.people.names import Name
from services.accounts.domain.people.sessions import TOKEN_BYTES, Session, whole_time
from services.accounts.storage.people.accounts import (
    load_account_locked,
    load_account_of_name,
    save_language,
    save_rehashed,
)
from services.accounts.storage.people.digests import token_digest
from services.accounts.storage.people.guesses import add_guess, count_guesses
from services.accounts.storage.people.sessions import (
    add_session,
    knows_device,
    save_device,
)
from services.accounts.use_cases.people.end_sessions import sign_out
from services.accounts.use_cases.people.people import People


@dataclass(frozen=True, slots=True)
class Browser:
    """What a browser keeps for us: the token of its session, and one by which it is known again."""

    session: str | None = field(repr=False)
    device: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Candidate:
    """Whom a name stands for, if anybody, and the digest of this browser where it is one of theirs.

    `guesses` are the wrong passwords that count at this name.
    """

    name_digest: str
    account: Account | None
    device: str | None
    guesses: int

    @property
    def name_key(self) -> str:
        """Return under what guesses at the name are counted."""
        return key_of(self.name_digest, is_somebodys=self.account is not None)

    @property
    def gets_in_by_a_code_alone(self) -> bool:
        """Tell whether no password is enough here: too many were tried, and the owner never used this browser."""
        return self.device is None and are_too_many(self.guesses)


@dataclass(frozen=True, slots=True)
class Begun:
    """What a browser is to keep from now on."""

    account: Account
    session: str = field(repr=False)
    device: str = field(repr=False)


def find_candidate(
    connection: sa.Connection, people: People, name: Name, browser: Browser
) -> Candidate:
    """Look a name up. As much is asked of the database whether there is such an account or not."""
    digest = people.digests.name(name)
    account = load_account_of_name(connection, digest)
    device = token_digest(browser.device) if browser.device else None
    now = people.database.now(connection)
    known = knows_device(
        connection,
        account_id=account.account_id if account else None,
        digest=device,
        now=now,
    )
    key = key_of(digest, is_somebodys=account is not None)
    guesses = count_guesses(connection, key, now=now)
    return Candidate(digest, account, device if known else None, guesses)


def has_password(people: People, candidate: Candidate, password: str) -> bool:
    """Tell whether the password is the candidate's, and enough. As much is computed for nobody. Raises `TooBusy`."""
    account = candidate.account
    kept = account.password_hash if account is not None and account.can_sign_in else None
    return people.passwords.matches(kept, password) and not candidate.gets_in_by_a_code_alone


def note_guess(connection: sa.Connection, people: People, candidate: Candidate) -> None:
    """Count a wrong password for long, unless it was typed in a browser of the name's owner."""
    if candidate.device is None:
        now = people.database.now(connection)
        add_guess(connection, people.database, candidate.name_key, now=now)


def has_current_password(people: People, account: Account, password: str) -> bool:
    """Tell whether somebody who is signed in knows the password too. Raises `TooBusy`."""
    return people.passwords.matches(account.password_hash, password)


def rehashed(people: People, account: Account, password: str) -> str | None:
    """Hash a password anew where its hash was made with other parameters; None where it is as it should be."""
    kept = account.password_hash
    if kept is None or not people.passwords.is_outdated(kept):
        return None
    return people.passwords.hash(password)


def begin_session(
    connection: sa.Connection,
    people: People,
    account: Account,
    browser: Browser,
    *,
    language: str,
    new_hash: str | None = None,
) -> Begun | None:
    """Begin a session under a new token; the one that the browser had is ended, with what was granted in it.

    None where the account was disabled or got another password since it was looked at. Whoever changes it either has
    done so before this looks again, or ends this session too.
    """
    now = people.database.now(connection)
    current = load_account_locked(connection, account.account_id)
    if current is None or not current.can_sign_in or current.password_hash != account.password_hash:
        return None
    if new_hash is not None:
        kept = account.password_hash or ""
        save_rehashed(connection, account.account_id, kept=kept, password_hash=new_hash)
    if browser.session is not None:
        sign_out(connection, people, browser.session)
    save_language(connection, account.account_id, language)
    return _begin(connection, current, browser.device, now=now)


def _begin(
    connection: sa.Connection, account: Account, device: str | None, *, now: datetime
) -> Begun:
    token = secrets.token_urlsafe(TOKEN_BYTES)
    kept_device = _device(connection, account, device, now=now)
    session = Session(
        session_id=random_reference(),
        account_id=account.account_id,
        authenticated_at=now,
        last_seen_at=now,
        expires_at=now + whole_time(account.mandate.role),
    )
    add_session(connection, session, digest=token_digest(token))
    digest = token_digest(kept_device)
    save_device(connection, account_id=account.account_id, digest=digest, now=now)
    return Begun(account, token, kept_device)


def _device(
    connection: sa.Connection, account: Account, device: str | None, *, now: datetime
) -> str:
    """Return the token by which a browser is known again: the one that it has only where it is this account's.

    Any other may be one that somebody else planted, who would pass for the owner by it from then on.
    """
    if device is not None:
        digest = token_digest(device)
        if knows_device(connection, account_id=account.account_id, digest=digest, now=now):
            return device
    return secrets.token_urlsafe(TOKEN_BYTES)
