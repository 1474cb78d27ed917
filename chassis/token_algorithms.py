"""The algorithms by which an issuer may sign access tokens, and the keys that check its signatures.

One of them is in force, by setting: a token says in its header by which it was signed, and whoever believes that lets
the forger choose.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from joserfc.jwk import ECKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry
from joserfc.util import base64_to_int
from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey

from chassis.settings import Environment

LEAST_RSA_BITS = 2_048
"""RFC 7518 section 3.3: shorter RSA keys sign nothing."""


class VerifyingKey(Protocol):
    """A public key by which signatures are checked."""

    def verify(self, signed: bytes, signature: bytes) -> None:
        """Raise `ValueError` for a signature that is not by this key over these bytes."""


class EdwardsKey:
    """An Ed25519 key. libsodium verifies in half the time of OpenSSL, and refuses keys of small order."""

    def __init__(self, jwk: Mapping[str, Any]) -> None:
        public_key = OKPKey.import_key(dict(jwk)).public_key
        self._key = VerifyKey(public_key.public_bytes_raw())

    def verify(self, signed: bytes, signature: bytes) -> None:
        try:
            self._key.verify(signed, signature)
        except BadSignatureError:
            raise ValueError("not signed by this key") from None


class _JoseKey:
    """A key of one of the other algorithms, checked by joserfc."""

    def __init__(self, name: str, key: ECKey | RSAKey) -> None:
        self._algorithm = JWSRegistry.algorithms[name]
        self._algorithm.check_key(key)
        self._key = key

    def verify(self, signed: bytes, signature: bytes) -> None:
        if not self._algorithm.verify(signed, signature, self._key):
            raise ValueError("not signed by this key")


def _curve_key(jwk: Mapping[str, Any]) -> VerifyingKey:
    return _JoseKey("ES256", ECKey.import_key(dict(jwk)))


def _rsa_key(name: str) -> Callable[[Mapping[str, Any]], VerifyingKey]:
    def load(jwk: Mapping[str, Any]) -> VerifyingKey:
        if base64_to_int(jwk["n"]).bit_length() < LEAST_RSA_BITS:
            raise ValueError(f"an RSA key has at least {LEAST_RSA_BITS} bits")
        return _JoseKey(name, RSAKey.import_key(dict(jwk)))

    return load


@dataclass(frozen=True, slots=True)
class TokenAlgorithm:
    """An algorithm: its name in a token's header, which JWK fits it, and how that becomes a key.

    `key_says` are the values that a JWK's own `alg` may have.
    """

    name: str
    key_type: str
    curve: str | None
    key_says: frozenset[str]
    load: Callable[[Mapping[str, Any]], VerifyingKey]

    def fits(self, jwk: Mapping[str, Any]) -> bool:
        """Tell whether a published key is one that this algorithm signs tokens with."""
        key_id = jwk.get("kid")
        return bool(
            isinstance(key_id, str)
            and key_id
            and (jwk.get("kty"), jwk.get("crv")) == (self.key_type, self.curve)
            and jwk.get("use", "sig") == "sig"
            and jwk.get("alg", self.name) in self.key_says
            and "verify" in jwk.get("key_ops", ["verify"])
        )


_EDWARDS_NAMES = frozenset({"Ed25519", "EdDSA"})

ED25519 = TokenAlgorithm("Ed25519", "OKP", "Ed25519", _EDWARDS_NAMES, EdwardsKey)
"""What accounts signs by."""

ALGORITHMS: Mapping[str, TokenAlgorithm] = {
    algorithm.name: algorithm
    for algorithm in (
        ED25519,
        # The name that RFC 9864 replaced, by which many issuers still call the same.
        TokenAlgorithm("EdDSA", "OKP", "Ed25519", _EDWARDS_NAMES, EdwardsKey),
        TokenAlgorithm("ES256", "EC", "P-256", frozenset({"ES256"}), _curve_key),
        TokenAlgorithm("PS256", "RSA", None, frozenset({"PS256"}), _rsa_key("PS256")),
        TokenAlgorithm("RS256", "RSA", None, frozenset({"RS256"}), _rsa_key("RS256")),
    )
}


def token_algorithm(environment: Environment) -> TokenAlgorithm:
    """Return the algorithm by which the issuer signs (TOKEN_ALGORITHM). Raises `SettingsError` for one not taken."""
    return ALGORITHMS[environment.choice("TOKEN_ALGORITHM", ED25519.name, of=tuple(ALGORITHMS))]
