"""The journal entries about people: references only, never a name, an address or a number."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chassis.journal import Entry
from services.accounts.domain.actors import Actor
from services.accounts.domain.entry_kinds import EntryKind
from services.accounts.domain.mandates import Mandate
from services.accounts.domain.people.accounts import Account
from services.accounts.domain.people.recoveries import Recovery
from services.accounts.domain.staff.invitations import Invitation


def account_entry(kind: EntryKind, account: Account, actor: Actor, **facts: Any) -> Entry:
    """Tell of an account: that it was created, activated, disabled, or got another password."""
    mandate = account.mandate
    body = {"account_id": account.account_id, "role": mandate.role, "owner": account.is_owner}
    return _entry(kind, actor, {**body, **facts}, _bound(mandate))


def recovery_entry(kind: EntryKind, recovery: Recovery, actor: Actor, **facts: Any) -> Entry:
    """Tell of a recovery."""
    subjects = {"card_ref": recovery.card, "region": recovery.region}
    return _entry(kind, actor, {"recovery_id": recovery.recovery_id, **facts}, subjects)


def invitation_entry(kind: EntryKind, invitation: Invitation, actor: Actor, **facts: Any) -> Entry:
    """Tell of an invitation: to what, never to whom."""
    mandate = invitation.mandate
    body = {
        "invitation_id": invitation.invitation_id,
        "role": mandate.role,
        "owner": invitation.is_owner,
    }
    return _entry(kind, actor, {**body, **facts}, _bound(mandate))


def staff_read(actor: Actor, *, provider: str | None, what: str, count: int) -> Entry:
    """Tell that somebody read addresses of staff."""
    return _entry(
        EntryKind.STAFF_READ, actor, {"what": what, "count": count}, {"provider_id": provider}
    )


def _bound(mandate: Mandate) -> dict[str, str | None]:
    return {"provider_id": mandate.provider, "card_ref": mandate.card, "region": mandate.region}


def _entry(
    kind: EntryKind, actor: Actor, body: Mapping[str, Any], subjects: Mapping[str, str | None]
) -> Entry:
    return Entry(
        kind=kind,
        actor=actor.name,
        role=actor.role,
        request_id=actor.request_id,
        subjects=subjects,
        body=body,
    )
