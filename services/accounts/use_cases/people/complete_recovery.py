"""Let the holder choose a password with the code that an officer handed over."""

from __future__ import annotations

import sqlalchemy as sa

from chassis.journal import Entry
from services.accounts.domain.actors import Actor
from services.accounts.domain.entry_kinds import EntryKind
from services.accounts.domain.people.accounts import Account
from services.accounts.domain.people.codes import read_code
from services.accounts.domain.people.messages import MessageKind
from services.accounts.domain.people.names import Name
from services.accounts.domain.people.recoveries import Recovery
from services.accounts.storage.people.accounts import load_account, load_account_of_card, lock_name
from services.accounts.storage.people.digests import is_same
from services.accounts.storage.people.entries import recovery_entry
from services.accounts.storage.people.recoveries import load_recovery_in_force, use_recovery
from services.accounts.use_cases.people.change_password import replace_password, tell_of_change
from services.accounts.use_cases.people.people import People
from services.accounts.use_cases.people.start_recovery import context_of
from services.accounts.use_cases.people.use_code import create_holder
from vocabulary.roles import HOLDER


def try_recovery_code(
    connection: sa.Connection, people: People, *, card_number: Name, typed: str
) -> Recovery | None:
    """Return the recovery whose code it is. Nothing is used up: nobody spoils a code by trying others."""
    name_digest = people.digests.name(card_number)
    now = people.database.now(connection)
    recovery = load_recovery_in_force(connection, name_digest, now=now)
    context = context_of(recovery.recovery_id if recovery else "")
    digest = people.digests.code(read_code(typed), context=context)
    return recovery if recovery is not None and is_same(recovery.code_digest, digest) else None


def complete_recovery(
    connection: sa.Connection,
    people: People,
    recovery: Recovery,
    *,
    password_hash: str,
    language: str,
    request_id: str,
) -> Account | None:
    """Set the password, once; every session and known browser goes. None where it ended meanwhile."""
    now = people.database.now(connection)
    if not use_recovery(connection, recovery.recovery_id, now=now):
        return None
    lock_name(connection, people.database, recovery.name_digest)
    account = load_account_of_card(connection, recovery.card)
    if account is not None and account.disabled_at is not None:
        return None
    entries: list[Entry]
    if account is None:
        account, entries = create_holder(
            connection,
            people,
            card=recovery.card,
            name_digest=recovery.name_digest,
            password_hash=password_hash,
            language=language,
            request_id=request_id,
        )
    else:
        actor = Actor(account.account_id, request_id, HOLDER)
        entries = [
            replace_password(
                connection,
                account,
                password_hash=password_hash,
                by="recovery",
                actor=actor,
                now=now,
            )
        ]
    actor = Actor(account.account_id, request_id, HOLDER)
    done = recovery_entry(EntryKind.RECOVERY_COMPLETED, recovery, actor)
    tell_of_change(
        connection, people, account, MessageKind.ACCESS_RECOVERED, language=language, now=now
    )
    people.journal.append(connection, [done, *entries], now=now)
    return load_account(connection, account.account_id)
