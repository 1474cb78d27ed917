"""Take an invitation back before it is accepted."""

from __future__ import annotations

import sqlalchemy as sa

from chassis.problems import NotFound, StateConflict
from services.accounts.domain.actors import Actor
from services.accounts.domain.entry_kinds import EntryKind
from services.accounts.domain.staff.invitations import Invitation, Inviter
from services.accounts.storage.people.entries import invitation_entry
from services.accounts.storage.staff.invitations import load_invitation, save_withdrawn
from services.accounts.use_cases.people.people import People


def withdraw_invitation(
    connection: sa.Connection, people: People, invitation_id: str, *, by: Inviter, actor: Actor
) -> Invitation:
    """Withdraw an invitation; return it as it is now.

    Raises `NotFound` for what is absent or another's, `StateConflict` for one that has ended.
    """
    invitation = load_invitation(connection, invitation_id)
    if invitation is None or not by.may_invite(invitation.mandate):
        raise NotFound
    now = people.database.now(connection)
    state = invitation.state_at(now)
    if state != "open" or not save_withdrawn(connection, invitation_id, now=now):
        raise StateConflict("Only an open invitation can be withdrawn.", facts={"state": state})
    entry = invitation_entry(EntryKind.INVITATION_WITHDRAWN, invitation, actor)
    people.journal.append(connection, [entry], now=now)
    return load_invitation(connection, invitation_id) or invitation
