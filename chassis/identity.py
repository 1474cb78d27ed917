"""Who is calling: access tokens (JWT, Ed25519) verified against the issuer's published keys."""

from __future__ import annotations

import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, OKPKey

from chassis.identifiers import is_id
from chassis.problems import Unauthenticated, Unavailable

ALGORITHM = "Ed25519"
"""The one algorithm accepted; a token that names another is refused, `none` included."""

CLOCK_TOLERANCE = 5
"""Seconds by which the issuer's clock may run ahead of ours."""

MOST_REMEMBERED = 20_000
LONGEST_TOKEN = 4_096
_SAFE_SUBJECT = re.compile(r"\A[A-Za-z0-9][A-Za-z0-9._:@|-]{0,127}\Z")
_SAFE_WORD = re.compile(r"\A[a-z][a-z0-9_-]{0,31}\Z")
_REGION = re.compile(r"\A[0-9]{2}(\.[0-9]{2})?\Z")


@dataclass(frozen=True, slots=True)
class Principal:
    """The caller as the verified token names it.

    `provider` and `card` are references (UUID), `region` a region code; each is None where the role has none.
    `expires_at` is in seconds since the epoch.
    """

    subject: str
    role: str
    provider: str | None
    card: str | None
    region: str | None
    expires_at: int


class KeySource(Protocol):
    """Where the issuer's public keys come from."""

    def keys(self) -> KeySet:
        """Return the keys known now. Raises `Unavailable` where none were ever fetched."""

    def refresh(self) -> bool:
        """Fetch the keys again, unless that was done a moment ago; tell whether they were fetched."""


class PublishedKeys:
    """The issuer's keys as its JWKS address publishes them, kept while the issuer is away.

    `fetch` returns the parsed JWKS document or raises; it is called at most every `pause` seconds.
    """

    def __init__(self, fetch: Callable[[], Mapping[str, Any]], *, pause: float = 5.0) -> None:
        self._fetch = fetch
        self._pause = pause
        self._keys: KeySet | None = None
        self._tried_at = float("-inf")
        self._lock = threading.Lock()

    def keys(self) -> KeySet:
        if self._keys is None:
            self.refresh()
        if self._keys is None:
            raise Unavailable("The token issuer's keys could not be fetched yet.", retry_after=2)
        return self._keys

    def refresh(self) -> bool:
        with self._lock:
            if time.monotonic() - self._tried_at < self._pause:
                return False
            self._tried_at = time.monotonic()
            try:
                document = self._fetch()
                self._keys = KeySet(
                    [
                        OKPKey.import_key(dict(key))
                        for key in document["keys"]
                        if key.get("kty") == "OKP"
                    ]
                )
            except (
                Exception
            ):  # whatever the issuer's side does wrong, the keys we have stay in force
                return False
            return True


class TokenVerifier:
    """Verify access tokens, remembering the ones already verified until they expire."""

    def __init__(self, *, issuer: str, audience: str, keys: KeySource) -> None:
        self._keys = keys
        self._claims = jwt.JWTClaimsRegistry(
            leeway=CLOCK_TOLERANCE,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": audience},
            exp={"essential": True},
            iat={"essential": True},
            sub={"essential": True},
        )
        self._remembered: OrderedDict[str, Principal] = OrderedDict()

    def verify(self, token: str) -> Principal:
        """Return the caller that a token names.

        Raises `Unauthenticated` for a token that is not ours, not signed by a known key, for another audience,
        expired, or lacks a claim; `Unavailable` while no key is known.
        """
        principal = self._remembered.get(token)
        if principal is None:
            principal = self._verify_afresh(token)
            self._remembered[token] = principal
            while len(self._remembered) > MOST_REMEMBERED:
                self._remembered.popitem(last=False)
        if principal.expires_at <= time.time():
            self._remembered.pop(token, None)
            raise Unauthenticated(
                "The access token has expired. Ask for a new one.", presented=True
            )
        return principal

    def _verify_afresh(self, token: str) -> Principal:
        if len(token) > LONGEST_TOKEN:
            raise Unauthenticated("The access token is too long.", presented=True)
        try:
            return self._decode(token, self._keys.keys())
        except (JoseError, ValueError, TypeError, KeyError):
            if not self._keys.refresh():
                raise Unauthenticated("The access token is not valid.", presented=True) from None
        try:
            return self._decode(token, self._keys.keys())
        except (JoseError, ValueError, TypeError, KeyError):
            raise Unauthenticated("The access token is not valid.", presented=True) from None

    def _decode(self, token: str, keys: KeySet) -> Principal:
        decoded = jwt.decode(token, keys, algorithms=[ALGORITHM])
        self._claims.validate(decoded.claims)
        return _principal(decoded.claims)


def _principal(claims: Mapping[str, Any]) -> Principal:
    return Principal(
        subject=_matching(claims["sub"], _SAFE_SUBJECT),
        role=_matching(claims["role"], _SAFE_WORD),
        provider=_reference(claims.get("provider")),
        card=_reference(claims.get("card")),
        region=None if claims.get("region") is None else _matching(claims["region"], _REGION),
        expires_at=int(claims["exp"]),
    )


def _matching(value: Any, pattern: re.Pattern[str]) -> str:
    if not isinstance(value, str) or not pattern.match(value):
        raise ValueError("a claim has an unusable form")
    return value


def _reference(value: Any) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or not is_id(value):
        raise ValueError("a reference in the token is not a UUID")
    return value


def bearer_token(authorization: str | None) -> str | None:
    """Take the token out of an Authorization header; None where there is no header.

    Raises `Unauthenticated` where the header is there but is not one Bearer token.
    """
    if authorization is None:
        return None
    scheme, _, token = authorization.partition(" ")
    if (
        scheme.lower() != "bearer"
        or not token
        or " " in token
        or "," in token
        or not token.isascii()
    ):
        raise Unauthenticated(
            "The Authorization header must be: Bearer, one space, one token.", presented=True
        )
    return token
