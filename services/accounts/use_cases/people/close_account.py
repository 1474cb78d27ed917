"""Close an account: whatever is personal in it is destroyed, and whoever is signed in is signed out everywhere."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from services.accounts.domain.authorization.grants import GrantEnd
from services.accounts.storage.authorization.grants import end_grants_of_account
from services.accounts.storage.people.accounts import save_account_disabled
from services.accounts.storage.people.sessions import end_sessions, forget_devices


def close_account(connection: sa.Connection, account_id: str, *, now: datetime) -> None:
    """Disable an account that is held, with its sessions, what was granted to applications, and its known browsers."""
    save_account_disabled(connection, account_id, now=now)
    end_sessions(connection, account_id, now=now)
    end_grants_of_account(connection, account_id, by=GrantEnd.ACCOUNT_CHANGED, now=now)
    forget_devices(connection, account_id)
