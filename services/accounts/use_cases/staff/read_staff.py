"""Read who is on the staff and who is invited; where addresses are shown, that is recorded."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from chassis.identifiers import is_id
from services.accounts.domain.actors import Actor
from services.accounts.domain.people.accounts import Account
from services.accounts.domain.staff.invitations import Invitation, Inviter
from services.accounts.storage.people.accounts import load_account, load_staff
from services.accounts.storage.people.entries import staff_read
from services.accounts.storage.staff.invitations import load_invitations
from services.accounts.use_cases.people.people import People
from vocabulary.roles import AUDITOR, OPERATOR, PROVIDER


@dataclass(frozen=True, slots=True)
class Window:
    """Which part of a list: so many after a key."""

    after: str | None
    limit: int


def inviter(connection: sa.Connection, *, subject: str, role: str, provider: str | None) -> Inviter:
    """Return what a caller may do with staff. Whether it is an owner stands in the caller's own account."""
    has_account = role == PROVIDER and is_id(subject)
    account = load_account(connection, subject) if has_account else None
    is_owner = (
        account is not None
        and account.disabled_at is None
        and account.is_owner
        and account.mandate.provider == provider
    )
    return Inviter(role, provider, is_owner)


def sees_addresses(by: Inviter) -> bool:
    """Tell whether this one is shown names and addresses: who invites and removes people has to know them."""
    return by.role == OPERATOR or by.is_owner


def read_staff(
    connection: sa.Connection, people: People, window: Window, *, by: Inviter, actor: Actor
) -> list[Account]:
    """Return staff, what is personal sealed still, and record that it is read."""
    staff = load_staff(connection, provider=_only(by), after=window.after, limit=window.limit)
    _record(connection, people, by, actor, what="staff", count=len(staff))
    return staff


def read_invitations(
    connection: sa.Connection, people: People, window: Window, *, by: Inviter, actor: Actor
) -> list[Invitation]:
    """Return invitations, the newest first, addresses sealed still, and record that they are read."""
    found = load_invitations(
        connection, provider=_only(by), before=window.after, limit=window.limit
    )
    _record(connection, people, by, actor, what="invitations", count=len(found))
    return found


def _only(by: Inviter) -> str | None:
    return None if by.role in (OPERATOR, AUDITOR) else by.provider


def _record(
    connection: sa.Connection, people: People, by: Inviter, actor: Actor, *, what: str, count: int
) -> None:
    if sees_addresses(by) and count:
        entry = staff_read(actor, provider=_only(by), what=what, count=count)
        people.journal.append(connection, [entry], now=people.database.now(connection))
