"""Remove somebody from the staff: the account is disabled, and whatever is personal in it destroyed.

The invitations that the person sent end too: who is removed must not come back by one to another address.
"""

from __future__ import annotations

import sqlalchemy as sa

from chassis.problems import NotFound, StateConflict
from services.accounts.domain.actors import Actor
from services.accounts.domain.entry_kinds import EntryKind
from services.accounts.domain.people.accounts import Account
from services.accounts.domain.staff.invitations import Inviter
from services.accounts.storage.people.accounts import (
    count_owners,
    load_account,
    lock_staff,
)
from services.accounts.storage.people.entries import account_entry, invitation_entry
from services.accounts.storage.staff.invitations import withdraw_invitations_of
from services.accounts.use_cases.people.close_account import close_account
from services.accounts.use_cases.people.people import People
from services.accounts.use_cases.staff.read_staff import inviter
from vocabulary.roles import HOLDER, OPERATOR


def remove_staff(
    connection: sa.Connection,
    people: People,
    account_id: str,
    *,
    by: Inviter,
    reason: str,
    actor: Actor,
) -> Account:
    """Disable an account of staff; return it as it was.

    The operator may leave a provider without an owner, to invite another; an owner may not. Raises `NotFound` for what
    is absent or another's, `StateConflict` for the last owner and for an account that is disabled.
    """
    account = _account(connection, account_id, by)
    lock_staff(connection, people.database, account.mandate)
    # Whoever held the lock before may have removed this one, or the one who asks.
    by = inviter(connection, subject=actor.name, role=by.role, provider=by.provider)
    account = _account(connection, account_id, by)
    if account.disabled_at is not None:
        raise StateConflict("This account is disabled already.", facts={"state": "disabled"})
    _refuse_last_owner(connection, account, by)
    now = people.database.now(connection)
    close_account(connection, account_id, now=now)
    withdrawn = withdraw_invitations_of(connection, account_id, now=now)
    entries = [invitation_entry(EntryKind.INVITATION_WITHDRAWN, one, actor) for one in withdrawn]
    entry = account_entry(EntryKind.ACCOUNT_DISABLED, account, actor, reason=reason)
    people.journal.append(connection, [entry, *entries], now=now)
    return account


def _account(connection: sa.Connection, account_id: str, by: Inviter) -> Account:
    """Load an account that this one may remove. Raises `NotFound`."""
    account = load_account(connection, account_id)
    if account is None or account.mandate.role == HOLDER or not by.may_remove(account):
        raise NotFound
    return account


def _refuse_last_owner(connection: sa.Connection, account: Account, by: Inviter) -> None:
    provider = account.mandate.provider
    if not account.is_owner or provider is None or by.role == OPERATOR:
        return
    if count_owners(connection, provider) <= 1:
        raise StateConflict(
            "This is the last owner. Invite another owner first.", facts={"state": "last-owner"}
        )
