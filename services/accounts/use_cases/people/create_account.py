"""Make an account with a password at once, for trying things out: elsewhere people get theirs by a code."""

from __future__ import annotations

from dataclasses import dataclass, field

import sqlalchemy as sa

from chassis.identifiers import random_reference
from services.accounts.domain.actors import Actor
from services.accounts.domain.entry_kinds import EntryKind
from services.accounts.domain.mandates import Mandate
from services.accounts.domain.people.accounts import Account, Contact
from services.accounts.domain.people.names import Name
from services.accounts.storage.people.accounts import (
    add_account,
    close_contact,
    load_account_of_name,
    lock_name,
)
from services.accounts.storage.people.entries import account_entry
from services.accounts.use_cases.people.people import People


@dataclass(frozen=True, slots=True)
class CreateAccount:
    """Somebody is to sign in under a name, as something. `display_name` is for staff."""

    name: Name
    mandate: Mandate
    is_owner: bool
    display_name: str
    password_hash: str = field(repr=False)
    language: str


def create_account(
    connection: sa.Connection, people: People, command: CreateAccount, *, actor: Actor
) -> str:
    """Make the account and return its id; one that has the name is left as it is."""
    digest = people.digests.name(command.name)
    lock_name(connection, people.database, digest)
    found = load_account_of_name(connection, digest)
    if found is not None:
        return found.account_id
    now, account_id = people.database.now(connection), random_reference()
    contact = Contact(command.name.text, command.display_name)
    is_staff = command.name.kind == "email"
    account = Account(
        account_id=account_id,
        mandate=command.mandate,
        is_owner=command.is_owner,
        name_digest=digest,
        sealed=close_contact(people.seal, account_id, contact) if is_staff else None,
        password_hash=command.password_hash,
        language=command.language,
        created_at=now,
    )
    add_account(connection, account)
    kinds = (EntryKind.ACCOUNT_CREATED, EntryKind.ACCOUNT_ACTIVATED)
    entries = [account_entry(kind, account, actor) for kind in kinds]
    people.journal.append(connection, entries, now=now)
    return account_id
