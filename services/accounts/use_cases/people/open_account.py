"""Open an account whose password is chosen: the way in that all ways to an account share."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from chassis.identifiers import random_reference
from chassis.journal import Entry
from services.accounts.domain.actors import Actor
from services.accounts.domain.entry_kinds import EntryKind
from services.accounts.domain.mandates import Mandate
from services.accounts.domain.people.accounts import Account, Contact
from services.accounts.storage.people.accounts import add_account, close_contact
from services.accounts.storage.people.entries import account_entry
from services.accounts.use_cases.people.people import People


def open_account(
    connection: sa.Connection,
    people: People,
    *,
    mandate: Mandate,
    name_digest: str,
    password_hash: str,
    language: str,
    now: datetime,
    contact: Contact | None = None,
    is_owner: bool = False,
    invited_by: str | None = None,
) -> Account:
    """Save a new account; `contact` says who it belongs to, for staff. Whoever calls holds the name's lock."""
    account_id = random_reference()
    account = Account(
        account_id=account_id,
        mandate=mandate,
        is_owner=is_owner,
        name_digest=name_digest,
        sealed=close_contact(people.seal, account_id, contact) if contact else None,
        password_hash=password_hash,
        language=language,
        created_at=now,
        invited_by=invited_by,
    )
    add_account(connection, account)
    return account


def told_of_opening(account: Account, actor: Actor) -> list[Entry]:
    """Return the entries that tell of an account which was opened."""
    kinds = (EntryKind.ACCOUNT_CREATED, EntryKind.ACCOUNT_ACTIVATED)
    return [account_entry(kind, account, actor) for kind in kinds]
