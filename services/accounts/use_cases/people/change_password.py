"""Give an account another password: by its owner who is signed in, or after a code was typed in."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from chassis.journal import Entry
from services.accounts.domain.actors import Actor
from services.accounts.domain.authorization.grants import GrantEnd
from services.accounts.domain.entry_kinds import EntryKind
from services.accounts.domain.people.accounts import Account
from services.accounts.domain.people.messages import NEWS_LAST, MessageKind, Recipient
from services.accounts.storage.authorization.grants import end_grants_of_account
from services.accounts.storage.people.accounts import (
    load_account,
    open_contact,
    save_password,
    save_rehashed,
)
from services.accounts.storage.people.entries import account_entry
from services.accounts.storage.people.guesses import forget_guesses
from services.accounts.storage.people.sessions import end_sessions, forget_devices
from services.accounts.use_cases.people.people import People


def change_password(
    connection: sa.Connection,
    people: People,
    account: Account,
    *,
    password_hash: str,
    session_id: str,
    language: str,
    actor: Actor,
) -> bool:
    """Change the password of somebody who is signed in, and end every other session.

    Tell whether it was done: not where the password was changed elsewhere since it was compared.
    """
    kept = account.password_hash or ""
    if not save_rehashed(connection, account.account_id, kept=kept, password_hash=password_hash):
        return False
    now = people.database.now(connection)
    _forget_guesses(connection, account)
    end_sessions(connection, account.account_id, now=now, but=session_id)
    end_grants_of_account(
        connection,
        account.account_id,
        by=GrantEnd.ACCOUNT_CHANGED,
        now=now,
        but_of_session=session_id,
    )
    tell_of_change(
        connection, people, account, MessageKind.PASSWORD_CHANGED, language=language, now=now
    )
    entry = account_entry(EntryKind.PASSWORD_CHANGED, account, actor, by="password")
    people.journal.append(connection, [entry], now=now)
    return True


def replace_password(
    connection: sa.Connection,
    account: Account,
    *,
    password_hash: str,
    by: str,
    actor: Actor,
    now: datetime,
) -> Entry:
    """Set the password after a code proved who it is, and end every session; return the entry that tells of it.

    No browser is known any more: whoever knew the old password may have signed in in one.
    """
    save_password(connection, account.account_id, password_hash)
    end_sessions(connection, account.account_id, now=now)
    end_grants_of_account(connection, account.account_id, by=GrantEnd.ACCOUNT_CHANGED, now=now)
    forget_devices(connection, account.account_id)
    _forget_guesses(connection, account)
    return account_entry(EntryKind.PASSWORD_CHANGED, account, actor, by=by)


def _forget_guesses(connection: sa.Connection, account: Account) -> None:
    """Count guesses from nothing again: what was tried at the old password tells nothing of the new one."""
    if account.name_digest is not None:
        forget_guesses(connection, account.name_digest)


def tell_of_change(
    connection: sa.Connection,
    people: People,
    account: Account,
    kind: MessageKind,
    *,
    language: str,
    now: datetime,
) -> None:
    """Tell the owner of an account that somebody got in by another way than the password that was known."""
    to = recipient_of(people, account)
    if to is not None:
        people.tell(connection, kind, to, language=language, values={}, now=now, lasts=NEWS_LAST)


def recipient_of(people: People, account: Account) -> Recipient | None:
    """Return how the owner of an account is reached."""
    if account.mandate.card is not None:
        return Recipient(card=account.mandate.card)
    contact = open_contact(people.seal, account)
    return None if contact is None else Recipient(email=contact.email)


def account_in_force(connection: sa.Connection, account_id: str) -> Account | None:
    """Return an account that may be signed in to."""
    account = load_account(connection, account_id)
    return account if account is not None and account.can_sign_in else None
