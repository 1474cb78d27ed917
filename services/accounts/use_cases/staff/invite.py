"""Invite somebody to sign in as staff."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

import sqlalchemy as sa

from chassis.identifiers import new_id
from chassis.problems import StateConflict
from services.accounts.domain.actors import Actor
from services.accounts.domain.entry_kinds import EntryKind
from services.accounts.domain.mandates import Mandate
from services.accounts.domain.people.codes import INVITATION_LASTS, in_groups, new_handed_code
from services.accounts.domain.people.messages import MessageKind, Recipient
from services.accounts.domain.people.names import Name
from services.accounts.domain.staff.invitations import Invitation
from services.accounts.storage.people.accounts import load_account_of_name
from services.accounts.storage.people.entries import invitation_entry
from services.accounts.storage.staff.invitations import add_invitation, close_address
from services.accounts.use_cases.people.people import People, random_below


@dataclass(frozen=True, slots=True)
class Invite:
    """Somebody is invited under an address, as something."""

    email: Name
    mandate: Mandate
    is_owner: bool


@dataclass(frozen=True, slots=True)
class Invited:
    """An invitation with its code, which stands nowhere else."""

    invitation: Invitation
    code: str = field(repr=False)


def invite(connection: sa.Connection, people: People, command: Invite, *, actor: Actor) -> Invited:
    """Make an invitation; who may is the caller's to know.

    Raises `StateConflict` where this address is already that of a colleague. Whether somebody else signs in under it,
    nobody learns but its owner, when the invitation is accepted.
    """
    digest = people.digests.name(command.email)
    account = load_account_of_name(connection, digest)
    if account is not None and account.mandate == command.mandate:
        raise StateConflict("This address is on the staff already.", facts={"state": "on-staff"})
    now = people.database.now(connection)
    invitation_id, code = new_id(), new_handed_code(random_below)
    invitation = Invitation(
        invitation_id=invitation_id,
        mandate=command.mandate,
        is_owner=command.is_owner,
        name_digest=digest,
        sealed=close_address(people.seal, invitation_id, command.email.text),
        code_digest=people.digests.code(code, context=context_of(invitation_id)),
        invited_by=actor.name,
        created_at=now,
        expires_at=now + INVITATION_LASTS,
    )
    add_invitation(connection, invitation)
    entry = invitation_entry(EntryKind.INVITATION_SENT, invitation, actor)
    people.journal.append(connection, [entry], now=now)
    return Invited(invitation, code)


def send_invitation(
    connection: sa.Connection,
    people: People,
    invited: Invited,
    command: Invite,
    *,
    origin: str,
    language: str,
) -> None:
    """Have the invitation sent to the address, with the code."""
    people.tell(
        connection,
        MessageKind.INVITATION,
        Recipient(email=command.email.text),
        language=language,
        values={
            "address": f"{origin}/invitation",
            "code": in_groups(invited.code),
            "days": str(INVITATION_LASTS // timedelta(days=1)),
        },
        now=invited.invitation.created_at,
        lasts=INVITATION_LASTS,
    )


def context_of(invitation_id: str) -> str:
    """Return what an invitation's code is bound to."""
    return f"invitation {invitation_id}"
