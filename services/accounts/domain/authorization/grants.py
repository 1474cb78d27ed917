"""Grants: for how long an application may act for a person, and when a refresh token is believed.

A person signs in at an application, and that is one grant. Access tokens live for minutes and name it; refresh tokens
are good once each, and every one gives the next. A grant ends when its time is over, when the person signs out or may
no longer sign in, or when a refresh token comes a second time: then one of the two who have it stole it, and nobody
knows which.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from vocabulary.roles import HOLDER

OPENID = "openid"
OFFLINE = "offline_access"
SCOPES = (OPENID, OFFLINE)
"""What an application may ask for: who the person is, and to go on while the person is not there."""

HOLDERS_LIFETIME = timedelta(days=90)
"""A holder signs in once for a class and its review: typing a password on a cheap phone is what people give up at."""

STAFF_LIFETIME = timedelta(hours=12)
"""Staff sign in once a working day: what they may do concerns others, and their machines are shared."""

UNUSED_FOR = timedelta(days=30)
"""A refresh token that nobody used for so long is good no more."""

RETRY_WITHIN = timedelta(seconds=60)
"""Where the answer to a refresh was lost on its way, the same token is believed again for so long, as long as nobody
used what it gave."""

LIFETIMES: Mapping[str, timedelta] = {HOLDER: HOLDERS_LIFETIME}
"""By role, where it is another than `STAFF_LIFETIME`."""


class GrantEnd(StrEnum):
    """Why a grant ended before its time."""

    REVOKED = "revoked"
    SIGNED_OUT = "signed-out"
    REFRESH_TOKEN_REUSED = "refresh-token-reused"  # noqa: S105 - a reason, no secret
    CODE_REUSED = "code-reused"
    ACCOUNT_CHANGED = "account-changed"


@dataclass(frozen=True, slots=True)
class Grant:
    """What lets an application act for a person. `session_id` is the browser's, in which the person signed in."""

    grant_id: str
    client_id: str
    account_id: str
    session_id: str
    scope: str
    authenticated_at: datetime
    created_at: datetime
    expires_at: datetime
    ended_at: datetime | None = None

    def is_good(self, *, now: datetime) -> bool:
        """Tell whether it is in force."""
        return self.ended_at is None and now < self.expires_at

    @property
    def goes_on(self) -> bool:
        """Tell whether the application may go on without the person, by refresh tokens."""
        return OFFLINE in self.scope.split()


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """One refresh token of a grant, known by its digest.

    `parent_digest` is that of the token it was given for. Where that one came again, as after a lost answer, this one
    was superseded: its owner cannot have it.
    """

    token_digest: str
    grant_id: str
    parent_digest: str | None
    issued_at: datetime
    used_at: datetime | None = None
    superseded_at: datetime | None = None


class Belief(StrEnum):
    """What a refresh token that was sent is taken for."""

    GOOD = "good"
    DEAD = "dead"
    STOLEN = "stolen"


def lifetime_of(role: str) -> timedelta:
    """Return for how long somebody of a role stays signed in at an application."""
    return LIFETIMES.get(role, STAFF_LIFETIME)


def judge(token: RefreshToken, grant: Grant, *, child_was_used: bool, now: datetime) -> Belief:
    """Say what a refresh token is worth. `child_was_used` tells of the tokens that it gave.

    Of two who have one token, at most one goes on: whoever comes with what the other's request made useless is known.
    """
    if not grant.is_good(now=now):
        return Belief.DEAD
    if token.superseded_at is not None or (token.used_at is not None and child_was_used):
        return Belief.STOLEN
    if token.used_at is not None:
        return Belief.GOOD if now <= token.used_at + RETRY_WITHIN else Belief.STOLEN
    return Belief.GOOD if now <= token.issued_at + UNUSED_FOR else Belief.DEAD
