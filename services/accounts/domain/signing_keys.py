"""The Ed25519 keys that sign tokens, and when each is made, signs, and is no longer published.

A key's life: it is published first and signs only `LEAD` later, so that every verifier knows it before it meets a
token of it. When its successor signs, it is retired: its private half is destroyed, its public half stays published
until the last token it signed has expired. The very first key signs at once: nobody knows another yet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from joserfc.jwk import OKPKey

from services.accounts.domain.access_tokens import ALGORITHM, LIFETIME

SEED_BYTES = 32
"""Bytes of randomness a key is made of."""

LEAD = timedelta(minutes=30)
"""How long a key is published before it signs; longer than any verifier goes without fetching the keys again."""

STILL_PUBLISHED = timedelta(seconds=LIFETIME) + timedelta(minutes=5)
"""How long a retired key is published: its tokens' lifetime, and a margin for clocks that differ."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """One key. `public_key` is the JWK member `x`; `sealed_private_key` is gone once it is retired."""

    kid: str
    public_key: str
    sealed_private_key: str | None
    created_at: datetime
    signs_from: datetime
    retired_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RollOver:
    """What is to be done now: make a key that signs from an instant on, retire the keys with these ids."""

    successor_signs_from: datetime | None
    retiring: tuple[str, ...]


def key_in_force(keys: Sequence[SigningKey], *, now: datetime) -> SigningKey | None:
    """Return the key that signs now, if there is one."""
    usable = [key for key in keys if key.retired_at is None and key.signs_from <= now]
    return max(usable, key=lambda key: (key.signs_from, key.kid), default=None)


def published_keys(keys: Sequence[SigningKey], *, now: datetime) -> list[SigningKey]:
    """Return the keys whose tokens may be met now or soon, in the order of their making."""
    current = [
        key for key in keys if key.retired_at is None or key.retired_at + STILL_PUBLISHED > now
    ]
    return sorted(current, key=lambda key: (key.created_at, key.kid))


def plan_roll_over(keys: Sequence[SigningKey], *, now: datetime, age: timedelta) -> RollOver:
    """Decide what the keys need now. `age` is how long a key signs before another takes over."""
    current = key_in_force(keys, now=now)
    if current is None:
        return RollOver(now, ())
    waiting = any(key.retired_at is None and key.signs_from > now for key in keys)
    takes_over_at = max(current.signs_from + age, now + LEAD)
    due = current.signs_from + age - LEAD <= now
    replaced = [key.kid for key in keys if key.retired_at is None and key.signs_from <= now]
    return RollOver(
        successor_signs_from=takes_over_at if due and not waiting else None,
        retiring=tuple(sorted(kid for kid in replaced if kid != current.kid)),
    )


def key_pair(seed: bytes) -> OKPKey:
    """Return the key pair that 32 random bytes stand for; its id is its RFC 7638 thumbprint."""
    key = OKPKey.import_key(Ed25519PrivateKey.from_private_bytes(seed))
    key.ensure_kid()
    return key


def context_of(kid: str) -> str:
    """Return what a key's sealed private half is bound to, so that it opens in no other row."""
    return f"signing-key {kid}"


def public_jwk(key: SigningKey) -> dict[str, Any]:
    """Return a key as the JWK Set publishes it."""
    return {
        "kty": "OKP",
        "crv": "Ed25519",
        "x": key.public_key,
        "kid": key.kid,
        "use": "sig",
        "alg": ALGORITHM,
    }
