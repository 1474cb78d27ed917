"""Make an account with a password at once, for trying things out: elsewhere people get theirs by a code."""

from __future__ import annotations

from dataclasses import dataclass, field

import sqlalchemy as sa

from services.accounts.domain.actors import Actor
from services.accounts.domain.mandates import Mandate
from services.accounts.domain.people.accounts import Contact
from services.accounts.domain.people.names import Name
from services.accounts.storage.people.accounts import load_account_of_name, lock_name
from services.accounts.use_cases.people.open_account import open_account, told_of_opening
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
    is_staff = command.name.kind == "email"
    account = open_account(
        connection,
        people,
        mandate=command.mandate,
        name_digest=digest,
        password_hash=command.password_hash,
        language=command.language,
        now=people.database.now(connection),
        contact=Contact(command.name.text, command.display_name) if is_staff else None,
        is_owner=command.is_owner,
    )
    people.journal.append(connection, told_of_opening(account, actor), now=account.created_at)
    return account.account_id
