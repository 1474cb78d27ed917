"""Digests: what people are found and compared by, without being readable."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field

from chassis.sealing import keyed_digest
from services.accounts.domain.people.names import Name


@dataclass(frozen=True, slots=True)
class Digests:
    """Keyed digests of names and codes: few enough of either that without a key each could be tried out."""

    key: bytes = field(repr=False)

    def name(self, name: Name) -> str:
        """Return the digest of a name somebody signs in under."""
        return keyed_digest(self.key, f"name {name.kind}", name.text)

    def code(self, code: str, *, context: str) -> str:
        """Return the digest of a code, bound to what it is for."""
        return keyed_digest(self.key, f"code {context}", code)

    def seen(self, purpose: str, text: str) -> str:
        """Return the digest under which something is counted in memory."""
        return keyed_digest(self.key, f"seen {purpose}", text)


def token_digest(token: str) -> str:
    """Return what is kept of a token of 256 random bits: there is nothing to guess, so one round is enough."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def is_same(digest: str, other: str) -> bool:
    """Compare two digests in the same time wherever they differ."""
    return hmac.compare_digest(digest, other)
