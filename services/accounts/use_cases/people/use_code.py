"""Take a code that was typed in, and give the account another password by it."""

from __future__ import annotations

import sqlalchemy as sa

from chassis.journal import Entry
from services.accounts.domain.actors import Actor
from services.accounts.domain.mandates import Mandate
from services.accounts.domain.people.accounts import Account
from services.accounts.domain.people.codes import SentCode, read_code
from services.accounts.domain.people.messages import MessageKind
from services.accounts.storage.people.accounts import load_account, load_account_of_card, lock_name
from services.accounts.storage.people.codes import give_attempt_back, take_attempt, use_code
from services.accounts.storage.people.digests import is_same, token_digest
from services.accounts.use_cases.people.change_password import replace_password, tell_of_change
from services.accounts.use_cases.people.open_account import open_account, told_of_opening
from services.accounts.use_cases.people.people import People
from vocabulary.roles import HOLDER


def try_code(connection: sa.Connection, people: People, *, flow: str, typed: str) -> bool:
    """Tell whether the code is right; where it is not, one attempt is used up. Commit this whatever it says.

    A right code costs nothing: whoever has it is told to come back where there is no place to hash the password.
    """
    flow_digest = token_digest(flow)
    digest = people.digests.code(read_code(typed), context=flow_digest)
    code = take_attempt(connection, flow_digest, now=people.database.now(connection))
    is_right = code is not None and code.is_for_somebody and is_same(code.code_digest, digest)
    if is_right:
        give_attempt_back(connection, flow_digest)
    return is_right


def choose_password(
    connection: sa.Connection,
    people: People,
    *,
    flow: str,
    password_hash: str,
    language: str,
    request_id: str,
) -> Account | None:
    """Set a password by a code that was right, once; None where it was used meanwhile, has run out, or is nobody's now.

    A holder's account is made by this where there is none yet.
    """
    now = people.database.now(connection)
    code = use_code(connection, token_digest(flow), now=now)
    if code is None:
        return None
    lock_name(connection, people.database, code.name_digest)
    account = _account(connection, code)
    if account is not None and account.disabled_at is not None:
        return None
    if account is None:
        if code.card is None:
            return None
        account, entries = create_holder(
            connection,
            people,
            card=code.card,
            name_digest=code.name_digest,
            password_hash=password_hash,
            language=language,
            request_id=request_id,
        )
    else:
        actor = Actor(account.account_id, request_id, account.mandate.role)
        entries = [
            replace_password(
                connection,
                account,
                password_hash=password_hash,
                by="code",
                actor=actor,
                now=now,
            )
        ]
        tell_of_change(
            connection, people, account, MessageKind.PASSWORD_CHANGED, language=language, now=now
        )
    people.journal.append(connection, entries, now=now)
    return load_account(connection, account.account_id)


def create_holder(
    connection: sa.Connection,
    people: People,
    *,
    card: str,
    name_digest: str,
    password_hash: str,
    language: str,
    request_id: str,
) -> tuple[Account, list[Entry]]:
    """Make the account of a card's holder; return it with the entries that tell of it."""
    account = open_account(
        connection,
        people,
        mandate=Mandate(HOLDER, card=card),
        name_digest=name_digest,
        password_hash=password_hash,
        language=language,
        now=people.database.now(connection),
    )
    return account, told_of_opening(account, Actor(account.account_id, request_id, HOLDER))


def _account(connection: sa.Connection, code: SentCode) -> Account | None:
    if code.card is not None:
        return load_account_of_card(connection, code.card)
    account = load_account(connection, code.account_id) if code.account_id else None
    return account if account is not None and account.disabled_at is None else None
