"""Tokens that must not pass, made from a good token of the running system and with its own signing key."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from joserfc import jwt
from joserfc.jwk import OKPKey

from chassis.clock import utc_now
from services.accounts.domain.signing_keys import key_in_force
from services.accounts.service import opened_service
from services.accounts.settings import read_settings
from services.accounts.storage.signing_keys import load_signing_keys
from services.accounts.use_cases.issue_token import opened


def signing_key(settings: Mapping[str, str]) -> OKPKey:
    """Open the key that the accounts service of these settings signs with."""
    with (
        opened_service(read_settings(settings)) as house,
        house.database.reading() as connection,
    ):
        key = key_in_force(load_signing_keys(connection), now=utc_now())
        assert key is not None
        return opened(key, house.seal)


def forgeries(good: str, key: OKPKey) -> dict[str, str]:
    """Return tokens that are each wrong in one thing, by the name of what is wrong."""
    head, body, signature = good.split(".")
    header, claims = _read(head), _read(body)
    now = int(time.time())

    def signed(**changes: Any) -> str:
        """Sign changed claims with the system's own key; one given as None is left out."""
        present = {k: v for k, v in {**claims, **changes}.items() if v is not None}
        return jwt.encode(header, present, key, algorithms=["Ed25519"])

    return {
        "alg none without signature": f"{_segment({**header, 'alg': 'none'})}.{body}.",
        "alg none with our signature": f"{_segment({**header, 'alg': 'none'})}.{body}.{signature}",
        "another algorithm": f"{_segment({**header, 'alg': 'HS256'})}.{body}.{signature}",
        "another key under our key's id": _signed_by_somebody(head, body),
        "a key of its own": _signed_by_somebody(_segment({**header, "kid": "mine"}), body),
        "a role of its own": f"{head}.{_segment({**claims, 'role': 'operator'})}.{signature}",
        "no signature": f"{head}.{body}.",
        "two parts": f"{head}.{body}",
        "expired": signed(iat=now - 1_000, exp=now - 100),
        "without expiry": signed(exp=None),
        "good for a year": signed(exp=now + 31_536_000),
        "not good yet": signed(iat=now + 600, exp=now + 900),
        "for another audience": signed(aud="elsewhere"),
        "for several audiences": signed(aud=["balai", "elsewhere"]),
        "without audience": signed(aud=None),
        "of another issuer": signed(iss="https://issuer.example"),
        "without issuer": signed(iss=None),
        "without subject": signed(sub=None),
        "without client id": signed(client_id=None),
        "without token id": signed(jti=None),
        "without role": signed(role=None),
        "with a role that is a list": signed(role=["operator"]),
        "with a card that is no reference": signed(card="17"),
    }


def _read(segment: str) -> dict[str, Any]:
    members: dict[str, Any] = json.loads(base64.urlsafe_b64decode(segment + "=="))
    return members


def _segment(members: Mapping[str, Any]) -> str:
    return _written(json.dumps(members).encode())


def _written(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def _signed_by_somebody(head: str, body: str) -> str:
    somebody = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    return f"{head}.{body}.{_written(somebody.sign(f'{head}.{body}'.encode()))}"
