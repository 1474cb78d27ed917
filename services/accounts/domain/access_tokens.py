"""Access tokens: JSON Web Tokens after RFC 9068, signed with Ed25519, short-lived."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from joserfc import jwt
from joserfc.jwk import OKPKey

from services.accounts.domain.mandates import Mandate

ALGORITHM = "Ed25519"
LIFETIME = 900
"""Seconds a token is good for. One that is taken back is refused at the gateway within seconds, and by a service behind
it only when this time is over."""


def access_token(
    key: OKPKey,
    *,
    subject: str,
    client_id: str,
    mandate: Mandate,
    issuer: str,
    audience: str,
    token_id: str,
    now: datetime,
    grant_id: str | None = None,
) -> str:
    """Sign a token that lets `client_id` act for `subject` within a mandate for `LIFETIME` seconds.

    `grant_id` is that of a person's grant; without one the program acts for itself.
    """
    issued_at = int(now.timestamp())
    bounds = {
        "provider": mandate.provider,
        "card": mandate.card,
        "region": mandate.region,
        "sid": grant_id,
    }
    claims: dict[str, Any] = {
        "iss": issuer,
        "aud": audience,
        "sub": subject,
        "client_id": client_id,
        "role": mandate.role,
        "iat": issued_at,
        "exp": issued_at + LIFETIME,
        "jti": token_id,
        **{name: value for name, value in bounds.items() if value is not None},
    }
    header = {"alg": ALGORITHM, "typ": "at+jwt", "kid": key.kid}
    return jwt.encode(header, claims, key, algorithms=[ALGORITHM])
