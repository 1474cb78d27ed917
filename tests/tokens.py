"""Access tokens for tests, as the accounts service signs them, from one key pair that never changes."""

from __future__ import annotations

import time
from typing import Any

from joserfc import jwt
from joserfc.jwk import OKPKey

from chassis.identity import TokenVerifier
from chassis.issuer_keys import IssuerKeys, usable_keys
from chassis.token_algorithms import ED25519

ISSUER = "http://accounts.test"
AUDIENCE = "balai"

SIGNING_KEY = OKPKey.import_key(
    {
        "kty": "OKP",
        "crv": "Ed25519",
        "d": "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
        "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
        "kid": "tests",
    }
)
"""The key pair of RFC 8037, appendix A: published there, so good for tests and nothing else."""

PUBLIC_JWK: dict[str, Any] = {
    **SIGNING_KEY.as_dict(private=False),
    "use": "sig",
    "alg": "Ed25519",
}


class FixedKeys:
    """A source of keys that knows the tests' one and counts how often it was asked to fetch them again."""

    algorithm = ED25519

    def __init__(self) -> None:
        self.refreshed = 0
        self._keys = usable_keys({"keys": [PUBLIC_JWK]}, ED25519)

    def keys(self) -> IssuerKeys:
        return self._keys

    def refresh(self) -> bool:
        self.refreshed += 1
        return False


def verifier() -> TokenVerifier:
    """Make a verifier that accepts what `token` makes."""
    return TokenVerifier(issuer=ISSUER, audience=AUDIENCE, keys=FixedKeys())


def token(
    *,
    role: str = "operator",
    provider: str | None = None,
    card: str | None = None,
    region: str | None = None,
    subject: str | None = None,
    **claims: Any,
) -> str:
    """Sign a token of a role, good for 15 minutes.

    The subject follows from role and bound, as in development tokens. `claims` are added or replaced; one given as
    None is left out.
    """
    now = int(time.time())
    bound = provider or card or region
    name = subject or f"test:{role}" + (f":{bound}" if bound else "")
    values = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": name,
        "client_id": name,
        "role": role,
        "provider": provider,
        "card": card,
        "region": region,
        "iat": now,
        "exp": now + 14_400,  # longer than a run of all tests takes on a slow machine
        "jti": f"test-{time.monotonic_ns()}",
        **claims,
    }
    header = {"alg": "Ed25519", "typ": "at+jwt", "kid": "tests"}
    present = {name: value for name, value in values.items() if value is not None}
    return jwt.encode(header, present, SIGNING_KEY, algorithms=["Ed25519"])


def bearer(**claims: Any) -> dict[str, str]:
    """Return the Authorization header with a token; takes what `token` takes."""
    return {"Authorization": f"Bearer {token(**claims)}"}
