"""Erase what is kept of the holder of a card, once enrolment tells that the person was erased."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from chassis.idempotency import StoredAnswers
from chassis.identifiers import random_reference
from services.accounts.domain.actors import Actor
from services.accounts.domain.entry_kinds import EntryKind
from services.accounts.domain.mandates import Mandate
from services.accounts.domain.people.accounts import Account
from services.accounts.storage.people.accounts import (
    add_account,
    load_account_of_card,
    lock_name,
)
from services.accounts.storage.people.codes import forget_codes_of_card, forget_codes_of_name
from services.accounts.storage.people.entries import account_entry
from services.accounts.storage.people.guesses import forget_guesses
from services.accounts.storage.people.recoveries import (
    forget_recoveries_of_card,
    lock_recoveries,
)
from services.accounts.use_cases.people.close_account import close_account
from services.accounts.use_cases.people.people import People
from vocabulary.roles import HOLDER

REASON = "The person was erased"
TELLING_FOR = timedelta(minutes=2)
"""How long after a recovery, at most, the answer is stored that names the holder: a call has half a minute."""


def erase_holder(
    connection: sa.Connection, people: People, answers: StoredAnswers, card: str, *, actor: Actor
) -> None:
    """Disable the account of a card and destroy all by which its holder was known. Twice is as good as once.

    Where there is no account yet, one that is disabled keeps anybody from making it.
    """
    lock_recoveries(connection, people.database, card)
    forget_codes_of_card(connection, card)
    for started in forget_recoveries_of_card(connection, card):
        since, until = started - TELLING_FOR, started + TELLING_FOR
        answers.forget_telling(connection, [card], since=since, until=until)
    account = load_account_of_card(connection, card)
    if account is None:
        add_account(connection, _nobodys(people, connection, card))
    elif account.name_digest is not None:
        _erase(connection, people, account, account.name_digest, actor)


def _nobodys(people: People, connection: sa.Connection, card: str) -> Account:
    now = people.database.now(connection)
    return Account(
        account_id=random_reference(),
        mandate=Mandate(HOLDER, card=card),
        is_owner=False,
        name_digest=None,
        sealed=None,
        password_hash=None,
        language="id",
        created_at=now,
        disabled_at=now,
    )


def _erase(
    connection: sa.Connection, people: People, account: Account, name_digest: str, actor: Actor
) -> None:
    lock_name(connection, people.database, name_digest)  # as whoever sets a password does
    now = people.database.now(connection)
    forget_codes_of_name(connection, name_digest)
    forget_guesses(connection, name_digest)
    close_account(connection, account.account_id, now=now)
    entry = account_entry(EntryKind.ACCOUNT_DISABLED, account, actor, reason=REASON)
    people.journal.append(connection, [entry], now=now)
