"""Loading and saving invitations."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from chassis.sealing import Seal
from services.accounts.domain.mandates import Mandate
from services.accounts.domain.staff.invitations import Invitation, context_of
from services.accounts.storage.people_tables import INVITATION

I = INVITATION.c  # noqa: E741 - a table's columns, as elsewhere
_OPEN = I.accepted_at.is_(None) & I.withdrawn_at.is_(None)
_COLUMNS = [column for column in INVITATION.c if column.name != "attempts"]


def add_invitation(connection: sa.Connection, invitation: Invitation) -> None:
    """Save a new invitation."""
    mandate = invitation.mandate
    connection.execute(
        sa.insert(INVITATION).values(
            invitation_id=invitation.invitation_id,
            role=mandate.role,
            provider=mandate.provider,
            region=mandate.region,
            is_owner=invitation.is_owner,
            name_digest=invitation.name_digest,
            sealed=invitation.sealed,
            code_digest=invitation.code_digest,
            invited_by=invitation.invited_by,
            created_at=invitation.created_at,
            expires_at=invitation.expires_at,
        )
    )


def load_invitation(connection: sa.Connection, invitation_id: str) -> Invitation | None:
    """Load an invitation by its id."""
    row = connection.execute(
        sa.select(*_COLUMNS).where(I.invitation_id == invitation_id)
    ).one_or_none()
    return None if row is None else _invitation(row)


def load_invitations(
    connection: sa.Connection, *, provider: str | None, before: str | None, limit: int
) -> list[Invitation]:
    """Load invitations, the newest first: to one provider, or all."""
    query = sa.select(*_COLUMNS)
    if provider is not None:
        query = query.where(I.provider == provider)
    if before is not None:
        query = query.where(I.invitation_id < before)
    rows = connection.execute(query.order_by(I.invitation_id.desc()).limit(limit))
    return [_invitation(row) for row in rows]


def withdraw_invitations_of(
    connection: sa.Connection, invited_by: str, *, now: datetime
) -> list[Invitation]:
    """Withdraw the open invitations that somebody sent and destroy the addresses; return them."""
    rows = connection.execute(
        sa.update(INVITATION)
        .where(I.invited_by == invited_by, _OPEN, I.expires_at > now)
        .values(withdrawn_at=now, name_digest=None, sealed=None)
        .returning(*_COLUMNS)
    )
    return [_invitation(row) for row in rows]


def load_invitations_in_force(
    connection: sa.Connection, name_digest: str, *, now: datetime
) -> list[Invitation]:
    """Load the invitations whose codes are good for an address."""
    query = sa.select(*_COLUMNS).where(I.name_digest == name_digest, _OPEN, I.expires_at > now)
    return [_invitation(row) for row in connection.execute(query)]


def save_accepted(connection: sa.Connection, invitation_id: str, *, now: datetime) -> bool:
    """Mark an invitation as accepted and destroy the address; tell whether it still could be."""
    accepted = connection.execute(
        sa.update(INVITATION)
        .where(I.invitation_id == invitation_id, _OPEN, I.expires_at > now)
        .values(accepted_at=now, name_digest=None, sealed=None)
    )
    return bool(accepted.rowcount)


def save_withdrawn(connection: sa.Connection, invitation_id: str, *, now: datetime) -> bool:
    """Withdraw an invitation and destroy the address; tell whether it was still open."""
    withdrawn = connection.execute(
        sa.update(INVITATION)
        .where(I.invitation_id == invitation_id, _OPEN)
        .values(withdrawn_at=now, name_digest=None, sealed=None)
    )
    return bool(withdrawn.rowcount)


def close_address(seal: Seal, invitation_id: str, email: str) -> str:
    """Seal the address that an invitation is sent to."""
    return seal.close(email, context=context_of(invitation_id))


def open_address(seal: Seal, invitation: Invitation) -> str | None:
    """Open the address that an invitation was sent to; None once it has ended."""
    if invitation.sealed is None:
        return None
    return seal.open(invitation.sealed, context=context_of(invitation.invitation_id))


def _invitation(row: sa.Row[Any]) -> Invitation:
    values = dict(row._mapping)
    mandate = Mandate(
        values.pop("role"),
        provider=values.pop("provider"),
        card=values.pop("card"),
        region=values.pop("region"),
    )
    return Invitation(mandate=mandate, **values)
