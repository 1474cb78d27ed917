"""Authorization codes: what a browser carries from here to an application, good once and for a minute."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

LIFETIME = timedelta(seconds=60)
"""RFC 6749 allows ten minutes. A redirection takes seconds, also where the signal is poor."""


@dataclass(frozen=True, slots=True)
class AuthorizationCode:
    """A code, known by its digest, bound to its grant, the address it went to and the challenge of who asked for it."""

    code_digest: str
    grant_id: str
    redirect_uri: str
    code_challenge: str
    nonce: str | None
    expires_at: datetime
    used_at: datetime | None = None

    def is_good(self, *, now: datetime) -> bool:
        """Tell whether it can be exchanged."""
        return self.used_at is None and now < self.expires_at
