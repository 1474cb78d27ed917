"""ID tokens: what tells an application who signed in, and when (OpenID Connect Core 1.0 section 2)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from services.accounts.domain.access_tokens import LIFETIME
from services.accounts.domain.mandates import Mandate


def id_token_claims(*, issuer: str, client_id: str, now: datetime) -> dict[str, Any]:
    """Return what an ID token says of itself: by whom, for whom, for how long."""
    issued_at = int(now.timestamp())
    return {"iss": issuer, "aud": client_id, "iat": issued_at, "exp": issued_at + LIFETIME}


def person_claims(*, account_id: str, mandate: Mandate) -> dict[str, str]:
    """Return what an application is told of a person: a reference, a role and its bound; no name and no number."""
    bounds = {"provider": mandate.provider, "card": mandate.card, "region": mandate.region}
    return {
        "sub": account_id,
        "role": mandate.role,
        **{name: value for name, value in bounds.items() if value is not None},
    }
