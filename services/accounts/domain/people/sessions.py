"""A session: a browser in which somebody is signed in, and how long it stays so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from services.accounts.domain.mandates import Mandate
from vocabulary.roles import HOLDER

TOKEN_BYTES = 32
"""Bytes of randomness in what the browser keeps."""

SEEN_EVERY = timedelta(minutes=1)
"""How exactly it is noted when a session was last used: not every visit is a write."""

DEVICE_KEPT = timedelta(days=400)
"""How long a browser in which somebody signed in is known; browsers keep no cookie for longer."""

_OF_HOLDERS = (timedelta(days=14), timedelta(days=60))
_OF_STAFF = (timedelta(hours=2), timedelta(hours=12))


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who is signed in, as what, since when, and in which session."""

    account_id: str
    mandate: Mandate
    language: str
    authenticated_at: datetime
    session_id: str


@dataclass(frozen=True, slots=True)
class Session:
    """A session as its row stands."""

    session_id: str
    account_id: str
    authenticated_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    ended_at: datetime | None = None

    def is_alive(self, *, role: str, now: datetime) -> bool:
        """Tell whether the session counts: not ended, not too old, not unused for too long."""
        unused_until = self.last_seen_at + idle_time(role)
        return self.ended_at is None and now < self.expires_at and now < unused_until


def idle_time(role: str) -> timedelta:
    """Return for how long a session may stay unused. A holder's phone is the holder's; an office's computer is not."""
    return _OF_HOLDERS[0] if role == HOLDER else _OF_STAFF[0]


def whole_time(role: str) -> timedelta:
    """Return how long a session lasts at most, however much it is used."""
    return _OF_HOLDERS[1] if role == HOLDER else _OF_STAFF[1]
