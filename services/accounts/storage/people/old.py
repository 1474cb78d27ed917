"""Forgetting what has ended long ago."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from services.accounts.domain.people.guesses import COUNTED_FOR
from services.accounts.domain.people.sessions import DEVICE_KEPT
from services.accounts.storage.people_tables import (
    DEVICE,
    GUESSES_AT_NAME,
    INVITATION,
    MESSAGE,
    ONE_TIME_CODE,
    RECOVERY,
    SESSION,
)

AT_ONCE = 1_000
CODES_KEPT = timedelta(days=2)
"""Longer than the bound on sending looks back."""

SESSIONS_KEPT = timedelta(days=1)
MESSAGES_KEPT = timedelta(days=30)
LISTED_FOR = timedelta(days=365)
"""Recoveries and invitations, whatever became of them: so that misuse is seen. The journal tells of them for good."""


def forget_old(connection: sa.Connection, *, now: datetime) -> int:
    """Delete up to so many rows of each kind that are of no use any more; return how many there were."""
    done = sa.func.coalesce(MESSAGE.c.sent_at, MESSAGE.c.given_up_at)
    forgotten = 0
    for table, key, is_old in (
        (ONE_TIME_CODE, ONE_TIME_CODE.c.flow_digest, ONE_TIME_CODE.c.expires_at < now - CODES_KEPT),
        (SESSION, SESSION.c.token_digest, SESSION.c.expires_at < now - SESSIONS_KEPT),
        (SESSION, SESSION.c.token_digest, SESSION.c.ended_at < now - SESSIONS_KEPT),
        (MESSAGE, MESSAGE.c.message_id, done < now - MESSAGES_KEPT),
        (
            GUESSES_AT_NAME,
            GUESSES_AT_NAME.c.name_key,
            GUESSES_AT_NAME.c.since < now - COUNTED_FOR,
        ),
        (RECOVERY, RECOVERY.c.recovery_id, RECOVERY.c.created_at < now - LISTED_FOR),
        (INVITATION, INVITATION.c.invitation_id, INVITATION.c.created_at < now - LISTED_FOR),
        (DEVICE, DEVICE.c.token_digest, DEVICE.c.last_seen_at < now - DEVICE_KEPT),
    ):
        some = sa.select(key).where(is_old).limit(AT_ONCE)
        forgotten += connection.execute(sa.delete(table).where(key.in_(some), is_old)).rowcount
    return forgotten + _forget_addresses(connection, now)


def _forget_addresses(connection: sa.Connection, now: datetime) -> int:
    """Destroy the addresses of invitations that nobody accepted in time: they count as withdrawn."""
    columns = INVITATION.c
    return connection.execute(
        sa.update(INVITATION)
        .where(
            columns.accepted_at.is_(None),
            columns.withdrawn_at.is_(None),
            columns.expires_at < now - MESSAGES_KEPT,
        )
        .values(withdrawn_at=columns.expires_at, name_digest=None, sealed=None)
    ).rowcount
