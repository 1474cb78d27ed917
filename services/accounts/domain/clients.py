"""Clients: programs that call with an id and a secret of their own."""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import datetime

from services.accounts.domain.mandates import Mandate

SECRET_BYTES = 32
"""Bytes of randomness in a secret that we make."""

_CLIENT_ID = re.compile(
    r"\A(?!.*(?<![A-Za-z0-9])[0-9]{16}(?![A-Za-z0-9]))[A-Za-z0-9][A-Za-z0-9._-]{2,63}\Z"
)
_SECRET = re.compile(r"\A[A-Za-z0-9_-]{43,128}\Z")


class UnusableCredential(ValueError):
    """A client id or a secret of a form that cannot be registered."""


@dataclass(frozen=True, slots=True)
class Client:
    """A registered program. `secret_digest` is SHA-256 as 64 hexadecimal digits."""

    client_id: str
    secret_digest: str
    mandate: Mandate
    name: str
    created_at: datetime
    disabled_at: datetime | None = None


def is_client_id(text: str) -> bool:
    """Tell whether a client could be registered under this id; no other text is looked up."""
    return _CLIENT_ID.match(text) is not None


def check_client_id(client_id: str) -> None:
    """Raise `UnusableCredential` for an id that HTTP Basic or a token's subject could not carry unchanged."""
    if not is_client_id(client_id):
        raise UnusableCredential(
            "a client id is 3 to 64 ASCII letters, digits, dots, hyphens and underscores, and starts with"
            " a letter or digit; it holds no NIK or card number"
        )


def check_secret(secret: str) -> None:
    """Raise `UnusableCredential` for a secret too short for 256 bits of randomness, or not safe in a header."""
    if not _SECRET.match(secret):
        raise UnusableCredential(
            "a client secret is 43 to 128 ASCII letters, digits, hyphens and underscores, made by a random"
            " generator: 32 random bytes in base64url or in hexadecimal"
        )


def secret_digest(secret: str) -> str:
    """Return what is stored of a secret.

    One round of SHA-256 suffices and costs nothing: secrets hold 256 random bits, so there is nothing to guess.
    A slow, salted hash (argon2) protects words that people choose; here it would only let anybody keep our
    processors busy by asking for tokens.
    """
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def is_authentic(client: Client, secret: str) -> bool:
    """Tell whether the secret is that of a client in force."""
    return is_secret_of(client.secret_digest, secret) and client.disabled_at is None


def is_secret_of(digest: str, secret: str) -> bool:
    """Tell whether a secret has this digest; the time this takes does not tell where they differ."""
    return hmac.compare_digest(secret_digest(secret), digest)
