"""Tokens that must not pass, each by the name of what is wrong with it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.tokens import AUDIENCE, ISSUER, PUBLIC_JWK, SIGNING_KEY

HEADER = {"alg": "Ed25519", "typ": "at+jwt", "kid": "tests"}
SOMEBODYS_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OUR_KEY: Ed25519PrivateKey = SIGNING_KEY.private_key  # type: ignore[assignment]
CARD = "0b9d4a52-63f4-4c3e-8e15-7f0f3c1f2a11"


def segment(raw: bytes) -> str:
    """Encode as base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def claims(**changes: Any) -> dict[str, Any]:
    """Return good claims with some changed; one given as None is left out."""
    now = int(time.time())
    good = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "test:operator",
        "client_id": "test:operator",
        "role": "operator",
        "iat": now,
        "exp": now + 900,
        "jti": "test",
    }
    return {name: value for name, value in {**good, **changes}.items() if value is not None}


def written(value: Any) -> bytes:
    """Write JSON as a token carries it."""
    return value if isinstance(value, bytes) else json.dumps(value).encode()


def forged(
    *,
    header: Mapping[str, Any] | bytes = HEADER,
    payload: Any = None,
    key: Ed25519PrivateKey = OUR_KEY,
    sign: Callable[[bytes], bytes] | None = None,
) -> str:
    """Put a token together from any header and payload; signed by our own key unless told otherwise."""
    body = written(claims() if payload is None else payload)
    signed = f"{segment(written(header))}.{segment(body)}"
    return f"{signed}.{segment((sign or key.sign)(signed.encode()))}"


def _hmac_with_public_key(data: bytes) -> bytes:
    public = base64.urlsafe_b64decode(PUBLIC_JWK["x"] + "=")
    return hmac.new(public, data, hashlib.sha256).digest()


def _ecdsa(data: bytes) -> bytes:
    return ec.generate_private_key(ec.SECP256R1()).sign(data, ec.ECDSA(hashes.SHA256()))[:64]


def _changed_payload(**changes: Any) -> str:
    head, _, signature = forged().split(".")
    return f"{head}.{segment(written(claims(**changes)))}.{signature}"


def _with_header(**members: Any) -> str:
    return forged(header={**HEADER, **members})


def _with_claims(**changes: Any) -> str:
    return forged(payload=claims(**changes))


def _without_header(name: str) -> str:
    return forged(header={key: value for key, value in HEADER.items() if key != name})


_NOW = int(time.time())
_GOOD = forged()
_HEAD, _BODY, _SIGNATURE = _GOOD.split(".")

FORGERIES: dict[str, str] = {
    # algorithms
    "alg none without signature": f"{segment(written({**HEADER, 'alg': 'none'}))}.{_BODY}.",
    "alg none with our signature": _with_header(alg="none"),
    "alg None in capitals": _with_header(alg="NONE"),
    "HS256 with the public key as secret": forged(
        header={**HEADER, "alg": "HS256"}, sign=_hmac_with_public_key
    ),
    "HS512": forged(header={**HEADER, "alg": "HS512"}, sign=_hmac_with_public_key),
    "ES256": forged(header={**HEADER, "alg": "ES256"}, sign=_ecdsa),
    "the old name EdDSA": _with_header(alg="EdDSA"),
    "Ed448": _with_header(alg="Ed448"),
    "alg in small letters": _with_header(alg="ed25519"),
    "alg as a list": _with_header(alg=["Ed25519"]),
    "alg null": _with_header(alg=None),
    "no alg": _without_header("alg"),
    # keys
    "somebody else's key under our kid": forged(key=SOMEBODYS_KEY),
    "somebody else's key under its own kid": forged(
        header={**HEADER, "kid": "another"}, key=SOMEBODYS_KEY
    ),
    "our key under another kid": _with_header(kid="another"),
    "no kid": _without_header("kid"),
    "empty kid": _with_header(kid=""),
    "kid null": _with_header(kid=None),
    "kid a number": _with_header(kid=1),
    "kid a path": _with_header(kid="../../dev/null"),
    "kid a query": _with_header(kid="tests' or '1'='1"),
    "kid with a newline": _with_header(kid="tests\n"),
    "kid with a NUL": _with_header(kid="tests\u0000"),
    # headers that ask a verifier to look elsewhere or do otherwise
    "jku": _with_header(jku="http://attacker.test/jwks.json"),
    "jwk": forged(header={**HEADER, "jwk": PUBLIC_JWK}, key=SOMEBODYS_KEY),
    "x5u": _with_header(x5u="http://attacker.test/chain.pem"),
    "x5c": _with_header(x5c=["MIIB"]),
    "crit unknown": _with_header(crit=["exp"], exp=_NOW),
    "crit empty": _with_header(crit=[]),
    "crit b64": forged(header={**HEADER, "crit": ["b64"], "b64": False}),
    "b64": _with_header(b64=True),
    "zip": _with_header(zip="DEF"),
    "cty": _with_header(cty="JWT"),
    # types
    "typ JWT": _with_header(typ="JWT"),
    "typ of a logout token": _with_header(typ="logout+jwt"),
    "typ in capitals": _with_header(typ="AT+JWT"),
    "no typ": _without_header("typ"),
    # what was signed was changed
    "another role": _changed_payload(role="auditor"),
    "a later expiry": _changed_payload(exp=_NOW + 80_000),
    "the signature of another token": f"{forged(payload=claims(sub='a')).rpartition('.')[0]}.{_SIGNATURE}",
    "signature of zeros": f"{_HEAD}.{_BODY}.{segment(bytes(64))}",
    "signature cut short": _GOOD[:-2],
    "signature made longer": _GOOD + "AA",
    "signature with another spelling": _GOOD[:-1]
    + {"A": "B", "Q": "R", "g": "h", "w": "x"}[_GOOD[-1]],
    "no signature": f"{_HEAD}.{_BODY}.",
    # issuer and audience
    "wrong issuer": _with_claims(iss="http://attacker.test"),
    "issuer with a slash": _with_claims(iss=ISSUER + "/"),
    "issuer in a list": _with_claims(iss=[ISSUER]),
    "no issuer": _with_claims(iss=None),
    "wrong audience": _with_claims(aud="another"),
    "audience in a list": _with_claims(aud=[AUDIENCE]),
    "audience in a list with another": _with_claims(aud=["another", AUDIENCE]),
    "audience true": _with_claims(aud=True),
    "audience with white space": _with_claims(aud=f" {AUDIENCE}"),
    "no audience": _with_claims(aud=None),
    # time
    "expired": _with_claims(iat=_NOW - 1_000, exp=_NOW - 100),
    "expired just now": _with_claims(iat=_NOW - 1_000, exp=_NOW - 1),
    "no exp": _with_claims(exp=None),
    "exp a text": _with_claims(exp=str(_NOW + 900)),
    "exp a fraction": _with_claims(exp=_NOW + 900.5),
    "exp a whole fraction": _with_claims(exp=float(_NOW + 900)),
    "exp true": _with_claims(exp=True),
    "exp in a list": _with_claims(exp=[_NOW + 900]),
    "exp negative": _with_claims(exp=-1),
    "exp huge": _with_claims(exp=10**18),
    "exp of 2,000 digits": forged(
        payload=written(claims(exp=1)).replace(b'"exp": 1', b'"exp": 1' + b"0" * 2_000)
    ),
    "exp 1e400": forged(payload=written(claims(exp=1)).replace(b'"exp": 1', b'"exp": 1e400')),
    "exp NaN": forged(payload=written(claims(exp=1)).replace(b'"exp": 1', b'"exp": NaN')),
    "exp Infinity": forged(payload=written(claims(exp=1)).replace(b'"exp": 1', b'"exp": Infinity')),
    "longer than a day": _with_claims(exp=_NOW + 90_000),
    "exp before iat": _with_claims(iat=_NOW + 3, exp=_NOW + 2),
    "no iat": _with_claims(iat=None),
    "iat a text": _with_claims(iat=str(_NOW)),
    "iat in the future": _with_claims(iat=_NOW + 86_400, exp=_NOW + 90_000),
    "nbf in the future": _with_claims(nbf=_NOW + 86_400, exp=_NOW + 90_000),
    "nbf a text": _with_claims(nbf="0"),
    "nbf null": forged(payload={**claims(), "nbf": None}),
    # whom it names
    "no sub": _with_claims(sub=None),
    "sub empty": _with_claims(sub=""),
    "sub a number": _with_claims(sub=7),
    "sub a formula": _with_claims(sub="=cmd|' /C calc'!A0"),
    "sub with a plus": _with_claims(sub="+62"),
    "sub with an at": _with_claims(sub="@SUM(A1)"),
    "sub an e-mail address": _with_claims(sub="sari@dinas.example"),
    "sub a NIK": _with_claims(sub="3171234567890123"),
    "sub with a NIK in it": _with_claims(sub="issuer|nik:3171234567890123"),
    "sub with a newline": _with_claims(sub="test\n"),
    "sub with a quote": _with_claims(sub='test"'),
    "sub with a NUL": _with_claims(sub="test\u0000"),
    "sub in full-width letters": _with_claims(sub="ｔｅｓｔ"),
    "sub with half a surrogate": _with_claims(sub="test\ud800"),
    "sub too long": _with_claims(sub="a" * 129),
    "no client_id": _with_claims(client_id=None),
    "client_id null": forged(payload={**claims(), "client_id": None}),
    "client_id empty": _with_claims(client_id=""),
    "client_id in a list": _with_claims(client_id=["test:operator"]),
    "no jti": _with_claims(jti=None),
    "jti null": forged(payload={**claims(), "jti": None}),
    "jti empty": _with_claims(jti=""),
    "jti a number": _with_claims(jti=7),
    "no role": _with_claims(role=None),
    "role in a list": _with_claims(role=["operator"]),
    "role in capitals": _with_claims(role="OPERATOR"),
    "role with a space": _with_claims(role="operator auditor"),
    "provider not a UUID": _with_claims(provider="1"),
    "provider in capitals": _with_claims(provider=CARD.upper()),
    "provider in braces": _with_claims(provider="{" + CARD + "}"),
    "provider a number": _with_claims(provider=1),
    "provider in a list": _with_claims(provider=[CARD]),
    "card not a UUID": _with_claims(card="3171234567890123"),
    "card with a newline": _with_claims(card=CARD + "\n"),
    "region without its zero": _with_claims(region="11.1"),
    "region a number": _with_claims(region=11.1),
    "region in Arabic digits": _with_claims(region="١٧"),
    "region with a newline": _with_claims(region="17\n"),
    # form
    "claims twice": forged(
        payload=written(claims()).replace(b'"role":', b'"role": "auditor", "role":')
    ),
    "header members twice": forged(
        header=written(HEADER).replace(b'"alg":', b'"alg": "none", "alg":')
    ),
    "claims in a list": forged(payload=[claims()]),
    "claims a text": forged(payload="operator"),
    "claims not JSON": forged(payload=b"{"),
    "claims empty": forged(payload=b""),
    "claims in UTF-16": forged(payload=json.dumps(claims()).encode("utf-16")),
    "claims not UTF-8": forged(payload=b'{"sub": "\xff"}'),
    "claims nested deeply": forged(payload=b"[" * 2_500),
    "header in a list": forged(header=written([HEADER])),
    "header not JSON": forged(header=b"Ed25519"),
    "oversize": _with_claims(padding="a" * 5_000),
    "very long": "a" * 1_000_000,
    "empty": "",
    "one dot": f"{_HEAD}.{_BODY}",
    "no dot": _HEAD,
    "two dots missing a part": f"{_HEAD}..{_SIGNATURE}",
    "four parts": f"{_GOOD}.{_SIGNATURE}",
    "five parts of an encrypted token": f"{_HEAD}.a.b.c.d",
    "only dots": "..",
    "padded": f"{_HEAD}=.{_BODY}.{_SIGNATURE}",
    "standard base64": _GOOD.replace("-", "+").replace("_", "/") + "+",
    "white space before": f" {_GOOD}",
    "white space after": f"{_GOOD} ",
    "newline after": f"{_GOOD}\n",
    "white space within": f"{_HEAD}. {_BODY}.{_SIGNATURE}",
    "NUL after": f"{_GOOD}\x00",
    "full-width dot": _GOOD.replace(".", "．", 1),
    "letter of another script": _GOOD[:-1] + "а",
    "emoji": "🔑.🔑.🔑",
    "an unpaired surrogate": "\ud800" + _GOOD[1:],
    "JSON serialisation": json.dumps(
        {"protected": _HEAD, "payload": _BODY, "signature": _SIGNATURE}
    ),
}
