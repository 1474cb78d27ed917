"""Who is calling: access tokens (JWT) verified against the issuer's published keys."""

from __future__ import annotations

import base64
import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from chassis import strict_json
from chassis.identifiers import is_id
from chassis.issuer_keys import IssuerKeys, KeySource
from chassis.observability import logger
from chassis.problems import MalformedRequest, Unauthenticated
from chassis.seldom import Seldom
from chassis.token_algorithms import VerifyingKey

CLOCK_TOLERANCE = 5
"""Seconds by which the issuer's clock may run ahead of ours."""

HEADER_TYPE = "at+jwt"
"""RFC 9068: an ID token of the same issuer is not an access token."""

LONGEST_LIFETIME = 86_400
"""Seconds between a token's making and its expiry; one that lives longer is no access token of ours."""

LATEST_INSTANT = 2**40

LONGEST_NAMED = 200
"""Characters of a claim that are told of a token which is not for us."""

MOST_REMEMBERED = 20_000
LONGEST_TOKEN = 4_096
_TOKEN = re.compile(r"\A(([A-Za-z0-9_-]{1,1024})\.([A-Za-z0-9_-]+))\.([A-Za-z0-9_-]+)\Z")

_SAFE_KEY_ID = re.compile(r"\A[A-Za-z0-9._~-]{1,128}\Z")
_SAFE_SUBJECT = re.compile(
    r"\A(?!.*(?<![A-Za-z0-9])[0-9]{16}(?![A-Za-z0-9]))[A-Za-z0-9][A-Za-z0-9._:|-]{0,127}\Z"
)
"""A subject is written into the journal for ever, so it may be neither an e-mail address nor a number that
identifies somebody."""

_REQUIRED_TEXTS = ("client_id", "jti")
"""Claims that every access token has (RFC 9068 section 2.2), of whatever form."""

_SAFE_WORD = re.compile(r"\A[a-z][a-z0-9_-]{0,31}\Z")
_REGION = re.compile(r"\A[0-9]{2}(\.[0-9]{2})?\Z")


@dataclass(frozen=True, slots=True)
class Principal:
    """The caller as the verified token names it.

    `provider` and `card` are references (UUID), `region` a region code; each is None where the role has none.
    `expires_at` is in seconds since the epoch. `client` is the program that calls, `grant` what lets it call for a
    person, and None for one that calls for itself.
    """

    subject: str
    role: str
    provider: str | None
    card: str | None
    region: str | None
    expires_at: int
    client: str = ""
    grant: str | None = None


class TokenVerifier:
    """Verify access tokens, remembering the ones already verified until they expire or the keys change."""

    def __init__(
        self,
        *,
        issuer: str,
        audience: str,
        keys: KeySource,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._addressed = (
            ("iss", issuer, "TOKEN_ISSUER"),
            ("aud", audience, "TOKEN_AUDIENCE"),
        )
        self._keys = keys
        self._clock = clock
        self._remembered: OrderedDict[str, Principal] = OrderedDict()
        self._remembered_under: IssuerKeys | None = None
        self._lock = threading.Lock()
        self._seldom = Seldom()

    def verify(self, token: str) -> Principal:
        """Return the caller that a token names.

        Raises `Unauthenticated` for a token that is not ours, not signed by a known key, for another audience,
        expired, or lacks a claim; `Unavailable` while no key is known.
        """
        keys = self._keys.keys()
        with self._lock:
            if keys is not self._remembered_under:
                self._remembered.clear()
                self._remembered_under = keys
            principal = self._remembered.get(token)
        if principal is None:
            principal = self._verify_afresh(token, keys)
        if principal.expires_at <= self._clock():
            raise Unauthenticated(
                "The access token has expired. Ask for a new one.", presented=True
            )
        return principal

    def _remember(self, token: str, principal: Principal, *, under: IssuerKeys) -> None:
        """Remember what was verified, unless the keys have changed meanwhile: one may have been withdrawn."""
        with self._lock:
            if under is not self._remembered_under:
                return
            self._remembered[token] = principal
            while len(self._remembered) > MOST_REMEMBERED:
                self._remembered.popitem(last=False)

    def _verify_afresh(self, token: str, keys: IssuerKeys) -> Principal:
        if len(token) > LONGEST_TOKEN:
            raise Unauthenticated("The access token is too long.", presented=True)
        try:
            signed, header, payload, signature = _parts(token)
            key, keys = self._key(_key_id_in(header, self._keys.algorithm.name), keys)
            key.verify(signed.encode(), _decoded_signature(signature))
            claims = _members(_decoded(payload))
            self._check(claims, now=self._clock())
            principal = _principal(claims)
        except ValueError:
            raise Unauthenticated("The access token is not valid.", presented=True) from None
        self._remember(token, principal, under=keys)
        return principal

    def _key(self, key_id: str, keys: IssuerKeys) -> tuple[VerifyingKey, IssuerKeys]:
        """Find a key by its id, and say among which. Only an id that is not known is a reason to fetch them again."""
        if key_id not in keys:
            self._keys.refresh()
            keys = self._keys.keys()
        if key_id not in keys:
            raise ValueError("not signed with a key of our issuer")
        return keys[key_id], keys

    def _check(self, claims: Mapping[str, Any], *, now: float) -> None:
        """Check what RFC 9068 section 4 wants checked, and that the claims are there that its section 2.2 requires.

        `sub`, which is written down, `_principal` reads and is stricter with. Raises `ValueError`.

        An expiry in the past is left to the caller, who tells it apart from a token that never was good.
        """
        for claim, expected, setting in self._addressed:
            if claims.get(claim) != expected:
                self._tell_of_another(claims.get(claim), expected, setting=setting, now=now)
                raise ValueError("not from our issuer for us")
        issued_at, expires_at = _instant(claims, "iat"), _instant(claims, "exp")
        not_before = _instant(claims, "nbf") if "nbf" in claims else issued_at
        if max(issued_at, not_before) > now + CLOCK_TOLERANCE:
            raise ValueError("not good yet")
        if not issued_at < expires_at <= issued_at + LONGEST_LIFETIME:
            raise ValueError("not short-lived")
        for name in _REQUIRED_TEXTS:
            value = claims.get(name)
            if not isinstance(value, str) or not value:
                raise ValueError("a required claim is missing")

    def _tell_of_another(self, given: Any, expected: str, *, setting: str, now: float) -> None:
        """Tell the log that tokens which our keys signed name another issuer, or other takers, than a setting says.

        No caller learns why a token is not valid: a setting that differs from the issuer's would show nowhere else.
        """
        named = given[:LONGEST_NAMED] if isinstance(given, str) else type(given).__name__
        if self._seldom.is_due((setting, named), now=now):
            logger().warning(
                "tokens-not-for-us",
                given=named,
                expected=expected,
                setting=setting,
                remedy=f"{setting} must say here what the issuer writes into its tokens",
            )


def _parts(token: str) -> tuple[str, str, str, str]:
    """Take a token apart: what is signed, the header and the payload in it, and the signature."""
    match = _TOKEN.match(token)
    if not match:
        raise ValueError("not three parts of base64url")
    return match[1], match[2], match[3], match[4]


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _decoded_signature(part: str) -> bytes:
    """Decode a signature that is spelt as it must be.

    The last letter may have bits that stand for nothing; they are zero, so that a token has one spelling.
    """
    signature = _decoded(part)
    if base64.urlsafe_b64encode(signature).rstrip(b"=") != part.encode():
        raise ValueError("another spelling of a signature")
    return signature


@lru_cache(maxsize=64)
def _key_id_in(written: str, algorithm: str) -> str:
    """Read a token's header, which is the same in all tokens under one key.

    It must be exactly ours: whatever else it may hold (`crit`, `b64`, `jku`, `jwk`, `x5u`…) asks a verifier to do
    something that this one does not.
    """
    header = _members(_decoded(written))
    if header.keys() != {"alg", "typ", "kid"} or header["typ"] != HEADER_TYPE:
        raise ValueError("not the header of an access token")
    if header["alg"] != algorithm:
        raise ValueError("another algorithm")
    return _matching(header["kid"], _SAFE_KEY_ID)


def _members(raw: bytes) -> Mapping[str, Any]:
    try:
        value = strict_json.parse(raw)
    except MalformedRequest:
        raise ValueError("not strict JSON") from None
    if not isinstance(value, dict):
        raise ValueError("not a JSON object")
    return value


def _instant(claims: Mapping[str, Any], name: str) -> int:
    value = claims.get(name)
    if type(value) is not int or not 0 < value < LATEST_INSTANT:
        raise ValueError("an instant is not in whole seconds")
    return value


def _principal(claims: Mapping[str, Any]) -> Principal:
    region = claims.get("region")
    return Principal(
        subject=_matching(claims.get("sub"), _SAFE_SUBJECT),
        role=_matching(claims.get("role"), _SAFE_WORD),
        provider=_reference(claims.get("provider")),
        card=_reference(claims.get("card")),
        region=None if region is None else _matching(region, _REGION),
        expires_at=_instant(claims, "exp"),
        client=claims["client_id"],
        grant=claims.get("sid"),
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
