"""Loading and saving accounts."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from chassis.database import Database
from chassis.sealing import Seal, SealBroken
from services.accounts.domain.mandates import Mandate
from services.accounts.domain.people.accounts import Account, Contact, context_of
from services.accounts.domain.people.names import name_from
from services.accounts.storage.people.digests import Digests
from services.accounts.storage.people_tables import ACCOUNT

A = ACCOUNT.c


def lock_name(connection: sa.Connection, database: Database, name_digest: str) -> None:
    """Make everybody else who wants to create or change the account of this name wait for the transaction's end."""
    database.lock_names(connection, [f"account {name_digest}"])


def lock_staff(connection: sa.Connection, database: Database, mandate: Mandate) -> None:
    """Make everybody else who changes these colleagues, or what they did, wait for the transaction's end."""
    database.lock_names(connection, [f"staff {mandate.provider or 'programme'}"])


def load_account(connection: sa.Connection, account_id: str) -> Account | None:
    """Load an account by its id."""
    return _one(connection, A.account_id == account_id)


def load_account_locked(connection: sa.Connection, account_id: str) -> Account | None:
    """Load an account by its id, as whoever is changing it leaves it; it stays so until the transaction ends."""
    return _one(connection, A.account_id == account_id, locked=True)


def load_account_of_name(connection: sa.Connection, name_digest: str) -> Account | None:
    """Load the account in force that somebody signs in to under a name."""
    return _one(connection, A.name_digest == name_digest)


def load_account_of_card(connection: sa.Connection, card: str) -> Account | None:
    """Load the account of a card's holder."""
    return _one(connection, A.card == card)


def is_erased(connection: sa.Connection, card: str) -> bool:
    """Tell whether the holder of a card was erased: an account of a holder ends by nothing else."""
    account = load_account_of_card(connection, card)
    return account is not None and account.disabled_at is not None


def languages_of(
    connection: sa.Connection, database: Database, cards: Iterable[str]
) -> dict[str, str | None]:
    """Return the languages that the holders of cards have chosen; None of whoever was erased.

    Whoever has no account yet is left out.
    """
    query = sa.select(A.card, A.language, A.disabled_at).where(database.is_among(A.card))
    rows = connection.execute(query, {"keys": database.keys(cards)})
    return {row.card: row.language if row.disabled_at is None else None for row in rows}


def load_staff(
    connection: sa.Connection, *, provider: str | None, after: str | None, limit: int
) -> list[Account]:
    """Load staff in force in the order of their ids, of one provider or all."""
    query = sa.select(ACCOUNT).where(A.role != "holder", A.disabled_at.is_(None))
    if provider is not None:
        query = query.where(A.provider == provider)
    if after is not None:
        query = query.where(A.account_id > after)
    rows = connection.execute(query.order_by(A.account_id).limit(limit))
    return [_account(row) for row in rows]


def count_owners(connection: sa.Connection, provider: str) -> int:
    """Count the owners of a provider who are in force."""
    owners = sa.select(sa.func.count()).where(
        A.provider == provider, A.is_owner, A.disabled_at.is_(None)
    )
    return int(connection.execute(owners).scalar_one())


def add_account(connection: sa.Connection, account: Account) -> None:
    """Save a new account."""
    mandate = account.mandate
    connection.execute(
        sa.insert(ACCOUNT).values(
            account_id=account.account_id,
            role=mandate.role,
            provider=mandate.provider,
            card=mandate.card,
            region=mandate.region,
            is_owner=account.is_owner,
            name_digest=account.name_digest,
            sealed=account.sealed,
            password_hash=account.password_hash,
            language=account.language,
            created_at=account.created_at,
            disabled_at=account.disabled_at,
            invited_by=account.invited_by,
        )
    )


def save_password(connection: sa.Connection, account_id: str, password_hash: str) -> None:
    """Replace the password."""
    connection.execute(
        sa.update(ACCOUNT).where(A.account_id == account_id).values(password_hash=password_hash)
    )


def save_rehashed(
    connection: sa.Connection, account_id: str, *, kept: str, password_hash: str
) -> bool:
    """Replace the hash of a password by one of the same; tell whether it was still the one that was compared."""
    changed = connection.execute(
        sa.update(ACCOUNT)
        .where(A.account_id == account_id, A.password_hash == kept)
        .values(password_hash=password_hash)
    )
    return bool(changed.rowcount)


def save_language(connection: sa.Connection, account_id: str, language: str) -> None:
    """Remember the language that messages are written in."""
    connection.execute(
        sa.update(ACCOUNT)
        .where(A.account_id == account_id, A.language != language)
        .values(language=language)
    )


def save_account_disabled(connection: sa.Connection, account_id: str, *, now: datetime) -> None:
    """Disable an account and destroy whatever is personal in it."""
    connection.execute(
        sa.update(ACCOUNT)
        .where(A.account_id == account_id)
        .values(disabled_at=now, name_digest=None, sealed=None, password_hash=None)
    )


def close_contact(seal: Seal, account_id: str, contact: Contact) -> str:
    """Seal who an account of staff belongs to."""
    text = json.dumps({"email": contact.email, "display_name": contact.display_name})
    return seal.close(text, context=context_of(account_id))


def open_contact(seal: Seal, account: Account) -> Contact | None:
    """Open who an account of staff belongs to; None where nothing is kept."""
    if account.sealed is None:
        return None
    opened = json.loads(seal.open(account.sealed, context=context_of(account.account_id)))
    return Contact(email=opened["email"], display_name=opened["display_name"])


def names_fit(connection: sa.Connection, seal: Seal, digests: Digests) -> bool:
    """Tell whether one of the staff opens, and is found, under the keys given; true where there is nobody."""
    query = sa.select(ACCOUNT).where(A.sealed.is_not(None), A.name_digest.is_not(None)).limit(1)
    row = connection.execute(query).one_or_none()
    if row is None:
        return True
    account = _account(row)
    try:
        contact = open_contact(seal, account)
    except SealBroken:
        return False
    return contact is None or digests.name(name_from(contact.email)) == account.name_digest


def _one(
    connection: sa.Connection, condition: sa.ColumnElement[bool], *, locked: bool = False
) -> Account | None:
    query = sa.select(ACCOUNT).where(condition)
    if locked:  # on SQLite the transaction already holds everything
        query = query.with_for_update(key_share=True)
    row = connection.execute(query).one_or_none()
    return None if row is None else _account(row)


def _account(row: sa.Row[Any]) -> Account:
    return Account(
        account_id=row.account_id,
        mandate=Mandate(row.role, provider=row.provider, card=row.card, region=row.region),
        is_owner=row.is_owner,
        name_digest=row.name_digest,
        sealed=row.sealed,
        password_hash=row.password_hash,
        language=row.language,
        created_at=row.created_at,
        disabled_at=row.disabled_at,
        invited_by=row.invited_by,
    )
