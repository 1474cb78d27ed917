"""What somebody who is signed in reads of the own account. It is recorded nowhere: it is the reader's own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from chassis.problems import Unauthenticated
from chassis.sealing import Seal
from services.accounts.domain.people.accounts import Account, Contact
from services.accounts.domain.people.sessions import Session, SignedIn
from services.accounts.queries.sessions import own_sessions
from services.accounts.storage.people.accounts import load_account, open_contact
from vocabulary.regions import Regency, region


@dataclass(frozen=True, slots=True)
class OwnAccount:
    """An account with what its owner may read of it; `region` is that of an officer, by its name."""

    account: Account
    contact: Contact | None
    region: str | None
    sessions: tuple[Session, ...]


def own_account(
    connection: sa.Connection, seal: Seal, who: SignedIn, *, now: datetime
) -> OwnAccount:
    """Read the own account. Raises `Unauthenticated` where it went meanwhile."""
    account = load_account(connection, who.account_id)
    if account is None:
        raise Unauthenticated
    code = account.mandate.region
    return OwnAccount(
        account=account,
        contact=open_contact(seal, account),
        region=_name_of(code) if code else None,
        sessions=own_sessions(connection, who, now=now).sessions,
    )


def _name_of(code: str) -> str:
    found = region(code)
    return found.full_name if isinstance(found, Regency) else found.name
