"""Access tokens: JSON Web Tokens after RFC 9068, signed with Ed25519, short-lived."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from joserfc import jwt
from joserfc.jwk import OKPKey

from services.accounts.domain.mandates import Mandate

ALGORITHM = "Ed25519"
LIFETIME = 900
"""Seconds a token is good for; it cannot be called back, so a disabled client's last one lives as long."""


def access_token(
    key: OKPKey,
    *,
    subject: str,
    mandate: Mandate,
    issuer: str,
    audience: str,
    token_id: str,
    now: datetime,
) -> str:
    """Sign a token that lets `subject` act within a mandate for `LIFETIME` seconds.

    All are given to programs that act for themselves, so the client is the subject (RFC 9068 section 2.2).
    """
    issued_at = int(now.timestamp())
    bounds = {"provider": mandate.provider, "card": mandate.card, "region": mandate.region}
    claims: dict[str, Any] = {
        "iss": issuer,
        "aud": audience,
        "sub": subject,
        "client_id": subject,
        "role": mandate.role,
        "iat": issued_at,
        "exp": issued_at + LIFETIME,
        "jti": token_id,
        **{name: value for name, value in bounds.items() if value is not None},
    }
    header = {"alg": ALGORITHM, "typ": "at+jwt", "kid": key.kid}
    return jwt.encode(header, claims, key, algorithms=[ALGORITHM])
