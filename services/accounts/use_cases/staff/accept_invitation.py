"""Accept an invitation: its code proves that the address is one's own, and the account is made."""

from __future__ import annotations

import sqlalchemy as sa

from chassis.identifiers import is_id
from services.accounts.domain.actors import Actor
from services.accounts.domain.entry_kinds import EntryKind
from services.accounts.domain.people.accounts import Account, Contact
from services.accounts.domain.people.codes import read_code
from services.accounts.domain.people.names import Name
from services.accounts.domain.staff.invitations import Invitation
from services.accounts.storage.people.accounts import (
    load_account,
    load_account_of_name,
    lock_name,
    lock_staff,
)
from services.accounts.storage.people.digests import is_same
from services.accounts.storage.people.entries import invitation_entry
from services.accounts.storage.staff.invitations import load_invitations_in_force, save_accepted
from services.accounts.use_cases.people.open_account import open_account, told_of_opening
from services.accounts.use_cases.people.people import People
from services.accounts.use_cases.staff.invite import context_of


class AddressTaken(Exception):
    """Somebody signs in under this address already."""


def try_invitation_code(
    connection: sa.Connection, people: People, *, email: Name, typed: str
) -> Invitation | None:
    """Return the invitation whose code it is. Nothing is used up: nobody spoils a code by trying others."""
    now, code = people.database.now(connection), read_code(typed)
    sent = load_invitations_in_force(connection, people.digests.name(email), now=now)
    for invitation in sent:
        digest = people.digests.code(code, context=context_of(invitation.invitation_id))
        if is_same(invitation.code_digest, digest):
            return invitation
    return None


def accept_invitation(
    connection: sa.Connection,
    people: People,
    invitation: Invitation,
    contact: Contact,
    *,
    name: Name,
    password_hash: str,
    language: str,
    request_id: str,
) -> Account | None:
    """Make the account that somebody was invited to; None where the invitation ended, or its sender was removed.

    Raises `AddressTaken`: under one address somebody signs in as one thing.
    """
    digest = people.digests.name(name)
    lock_name(connection, people.database, digest)
    if load_account_of_name(connection, digest) is not None:
        raise AddressTaken
    if _sender_was_removed(connection, people, invitation):
        return None
    now = people.database.now(connection)
    if not save_accepted(connection, invitation.invitation_id, now=now):
        return None
    account = open_account(
        connection,
        people,
        mandate=invitation.mandate,
        name_digest=digest,
        password_hash=password_hash,
        language=language,
        now=now,
        contact=contact,
        is_owner=invitation.is_owner,
        invited_by=invitation.invited_by,
    )
    actor = Actor(account.account_id, request_id, invitation.mandate.role)
    facts = {"account_id": account.account_id}
    accepted = invitation_entry(EntryKind.INVITATION_ACCEPTED, invitation, actor, **facts)
    people.journal.append(connection, [accepted, *told_of_opening(account, actor)], now=now)
    return account


def _sender_was_removed(connection: sa.Connection, people: People, invitation: Invitation) -> bool:
    """Tell whether whoever invited is no longer on the staff; from then on nobody is removed until this has ended.

    A removal withdraws what the removed had sent; this is for what was sent while it went on.
    """
    sender = _sender(connection, invitation)
    if sender is None:  # a command on the server invited, or a program
        return False
    lock_staff(connection, people.database, sender.mandate)
    sender = _sender(connection, invitation)
    return sender is None or sender.disabled_at is not None


def _sender(connection: sa.Connection, invitation: Invitation) -> Account | None:
    sent_by = invitation.invited_by
    return load_account(connection, sent_by) if is_id(sent_by) else None
