"""Issuers that sign by another algorithm than accounts does: their tokens pass where that is set, and only there."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from joserfc.errors import SecurityWarning
from joserfc.jwk import ECKey, OKPKey, RSAKey

from chassis.identity import TokenVerifier
from chassis.issuer_keys import PublishedKeys
from chassis.problems import Unauthenticated
from chassis.settings import Environment, SettingsError
from chassis.token_algorithms import ALGORITHMS, ED25519, token_algorithm
from tests.chassis.forgeries import claims, forged
from tests.tokens import AUDIENCE, ISSUER

SHA256 = hashes.SHA256()
RSA = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
CURVE = ec.generate_private_key(ec.SECP256R1())
EDWARDS = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


def _curve_signature(signed: bytes) -> bytes:
    r, s = decode_dss_signature(CURVE.sign(signed, ec.ECDSA(SHA256)))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def _by(key: rsa.RSAPrivateKey) -> Callable[[bytes], bytes]:
    return lambda signed: key.sign(signed, padding.PKCS1v15(), SHA256)


def _probabilistic(signed: bytes) -> bytes:
    return RSA.sign(signed, padding.PSS(padding.MGF1(SHA256), padding.PSS.DIGEST_LENGTH), SHA256)


SIGN: Mapping[str, Callable[[bytes], bytes]] = {
    "Ed25519": EDWARDS.sign,
    "EdDSA": EDWARDS.sign,
    "ES256": _curve_signature,
    "RS256": _by(RSA),
    "PS256": _probabilistic,
}
"""Each algorithm by the cryptography package alone, so that nothing of what is tested signs."""


def jwk_of(algorithm: str) -> dict[str, Any]:
    keys = {"OKP": (OKPKey, EDWARDS), "EC": (ECKey, CURVE), "RSA": (RSAKey, RSA)}
    kind, private = keys[ALGORITHMS[algorithm].key_type]
    public: dict[str, Any] = kind.import_key(private).as_dict(private=False)  # type: ignore[attr-defined]
    return {**public, "kid": "theirs", "use": "sig"}


def verifier_by(algorithm: str, *keys: Mapping[str, Any]) -> TokenVerifier:
    published = PublishedKeys(
        lambda: {"keys": list(keys)}, algorithm=ALGORITHMS[algorithm], pause=60.0
    )
    return TokenVerifier(issuer=ISSUER, audience=AUDIENCE, keys=published)


def signed_by(algorithm: str, *, says: str | None = None, **changes: Any) -> str:
    header = {"alg": says or algorithm, "typ": "at+jwt", "kid": "theirs"}
    return forged(header=header, payload=claims(**changes), sign=SIGN[algorithm])


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_token_of_an_issuer_that_signs_by_it_names_its_caller(algorithm: str) -> None:
    principal = verifier_by(algorithm, jwk_of(algorithm)).verify(signed_by(algorithm, sub="theirs"))
    assert (principal.subject, principal.role) == ("theirs", "operator")


@pytest.mark.parametrize(("in_force", "used"), list(itertools.permutations(ALGORITHMS, 2)))
def test_a_token_signed_by_another_algorithm_than_the_one_in_force_is_refused(
    in_force: str, used: str
) -> None:
    """Whatever its header says, and even where the issuer publishes the key that it is signed with."""
    watched = verifier_by(in_force, jwk_of(used), {**jwk_of(in_force), "kid": "another"})
    with pytest.raises(Unauthenticated):
        watched.verify(signed_by(used))
    if jwk_of(in_force)["kty"] != jwk_of(used)["kty"] or {in_force, used} == {"RS256", "PS256"}:
        with pytest.raises(Unauthenticated):
            watched.verify(signed_by(used, says=in_force))


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_what_was_changed_after_signing_is_refused(algorithm: str) -> None:
    head, _, signature = signed_by(algorithm).split(".")
    body = signed_by(algorithm, role="auditor").split(".")[1]
    with pytest.raises(Unauthenticated):
        verifier_by(algorithm, jwk_of(algorithm)).verify(f"{head}.{body}.{signature}")


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("damage", [lambda s: s[:-2], lambda s: s + "AA", lambda s: s + "A"])
def test_a_signature_of_another_length_is_refused(
    algorithm: str, damage: Callable[[str], str]
) -> None:
    with pytest.raises(Unauthenticated):
        verifier_by(algorithm, jwk_of(algorithm)).verify(damage(signed_by(algorithm)))


def test_a_short_rsa_key_signs_nothing() -> None:
    short = rsa.generate_private_key(public_exponent=65_537, key_size=1_024)  # noqa: S505
    with pytest.warns(SecurityWarning):
        public = RSAKey.import_key(short).as_dict(private=False)
    watched = verifier_by("RS256", {**public, "kid": "theirs"})
    with pytest.raises(Unauthenticated):
        watched.verify(
            forged(header={"alg": "RS256", "typ": "at+jwt", "kid": "theirs"}, sign=_by(short))
        )


@pytest.mark.parametrize(
    "change", [{"use": "enc"}, {"alg": "RS512"}, {"key_ops": ["encrypt"]}, {"kid": ""}]
)
def test_a_key_published_for_something_else_signs_no_token(change: dict[str, Any]) -> None:
    with pytest.raises(Unauthenticated):
        verifier_by("RS256", {**jwk_of("RS256"), **change}).verify(signed_by("RS256"))


def test_accounts_own_algorithm_is_in_force_where_nothing_is_said() -> None:
    assert token_algorithm(Environment({"ENVIRONMENT": "development"})) is ED25519


@pytest.mark.parametrize("name", ["none", "HS256", "RS384", "ed25519", "EdDSA "])
def test_no_other_algorithm_can_be_set(name: str) -> None:
    with pytest.raises(SettingsError, match="TOKEN_ALGORITHM"):
        token_algorithm(Environment({"ENVIRONMENT": "development", "TOKEN_ALGORITHM": name}))
