"""The issuer's published keys: what is taken of them, and what changes, forgeries and absences cost."""

from __future__ import annotations

import base64
import threading
import time
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from joserfc.jwk import OKPKey

from chassis import issuer_keys
from chassis.identity import TokenVerifier
from chassis.issuer_keys import PublishedKeys
from chassis.problems import Unauthenticated, Unavailable
from tests.chassis.forgeries import FORGERIES, HEADER, SOMEBODYS_KEY, forged
from tests.chassis.issuer import JWKS, Issuer, verifier_of
from tests.tokens import PUBLIC_JWK, token


def test_forged_tokens_under_a_known_key_fetch_nothing() -> None:
    issuer = Issuer()
    watched = verifier_of(PublishedKeys(issuer, pause=0.0))
    watched.verify(token())
    for name, text in FORGERIES.items():
        if "kid" not in name:
            with pytest.raises(Unauthenticated):
                watched.verify(text)
    assert issuer.fetched == 1


def test_tokens_under_unknown_keys_fetch_the_keys_once_a_pause() -> None:
    issuer = Issuer()
    watched = verifier_of(PublishedKeys(issuer, pause=60.0))
    watched.verify(token())
    for number in range(500):
        with pytest.raises(Unauthenticated):
            watched.verify(forged(header={**HEADER, "kid": f"made-up-{number}"}))
    assert issuer.fetched == 1


def test_a_new_key_is_fetched_for_the_first_token_signed_with_it() -> None:
    issuer = Issuer({"keys": []})
    watched = verifier_of(PublishedKeys(issuer, pause=0.0))
    with pytest.raises(Unauthenticated):
        watched.verify(token())
    issuer.document = JWKS
    assert watched.verify(token()).role == "operator"


def test_good_tokens_pass_while_a_forged_one_waits_for_an_issuer_that_hangs() -> None:
    issuer = Issuer()
    watched = verifier_of(PublishedKeys(issuer, pause=0.0))
    good = token()
    watched.verify(good)
    issuer.gate.clear()
    issuer.visited.clear()
    stuck = threading.Thread(target=lambda: _refused(watched, "made-up"))
    stuck.start()
    try:
        assert issuer.visited.wait(timeout=10)
        assert watched.verify(good).role == "operator"
        assert watched.verify(token(subject="never-seen-before")).role == "operator"
        with pytest.raises(Unavailable):  # and further forged ones do not queue behind it
            watched.verify(forged(header={**HEADER, "kid": "made-up-too"}))
    finally:
        issuer.gate.set()
        stuck.join(timeout=10)
    assert issuer.fetched == 2


def _refused(watched: TokenVerifier, key_id: str) -> None:
    with pytest.raises(Unauthenticated):
        watched.verify(forged(header={**HEADER, "kid": key_id}))


def test_the_known_keys_stay_in_force_while_the_issuer_is_away() -> None:
    issuer = Issuer()
    watched = verifier_of(PublishedKeys(issuer, pause=0.0))
    watched.verify(token())
    issuer.away = True
    with pytest.raises(Unauthenticated):
        watched.verify(forged(header={**HEADER, "kid": "made-up"}, key=SOMEBODYS_KEY))
    assert watched.verify(token()).role == "operator"


def test_without_any_key_a_caller_is_asked_to_come_back() -> None:
    issuer = Issuer()
    issuer.away = True
    watched = verifier_of(PublishedKeys(issuer))
    for _ in range(3):
        with pytest.raises(Unavailable) as refused:
            watched.verify(token())
    assert refused.value.headers["Retry-After"] == "2"
    assert issuer.fetched == 1


def test_nobody_queues_for_the_first_keys_behind_an_issuer_that_hangs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(issuer_keys, "LONGEST_WAIT_FOR_KEYS", 0.0)
    issuer = Issuer()
    issuer.gate.clear()
    watched = verifier_of(PublishedKeys(issuer))
    roles: list[str] = []
    first = threading.Thread(target=lambda: roles.append(watched.verify(token()).role))
    first.start()
    try:
        assert issuer.visited.wait(timeout=10)
        for _ in range(50):
            with pytest.raises(Unavailable):
                watched.verify(token())
    finally:
        issuer.gate.set()
        first.join(timeout=10)
    assert roles == ["operator"]
    assert issuer.fetched == 1


def test_whoever_comes_while_the_first_keys_are_being_fetched_waits_for_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(issuer_keys, "LONGEST_WAIT_FOR_KEYS", 10.0)
    issuer = Issuer()
    issuer.gate.clear()
    watched = verifier_of(PublishedKeys(issuer))
    roles: list[str] = []
    callers = [
        threading.Thread(target=lambda: roles.append(watched.verify(token()).role))
        for _ in range(8)
    ]
    for caller in callers:
        caller.start()
    assert issuer.visited.wait(timeout=10)
    issuer.gate.set()
    for caller in callers:
        caller.join(timeout=10)
    assert roles == ["operator"] * 8
    assert issuer.fetched == 1


@pytest.mark.parametrize("document", [{}, {"keys": None}, {"keys": {}}])
def test_a_document_without_a_list_of_keys_does_not_replace_the_known_ones(
    document: Mapping[str, Any],
) -> None:
    issuer = Issuer()
    watched = verifier_of(PublishedKeys(issuer, pause=0.0))
    watched.verify(token())
    issuer.document = document
    with pytest.raises(Unauthenticated):
        watched.verify(forged(header={**HEADER, "kid": "made-up"}))
    assert watched.verify(token(subject="somebody-else")).subject == "somebody-else"


def test_keys_of_other_kinds_beside_ours_are_passed_over() -> None:
    others = [
        {"kty": "oct", "k": PUBLIC_JWK["x"], "kid": "tests"},
        {"kty": "OKP", "crv": "X25519", "x": PUBLIC_JWK["x"], "kid": "agreement"},
    ]
    watched = verifier_of(PublishedKeys(Issuer({"keys": [*others, PUBLIC_JWK]})))
    assert watched.verify(token()).role == "operator"


ODD_ENTRIES: dict[str, Any] = {
    "no object": 7,
    "null": None,
    "no x": {"kty": "OKP", "crv": "Ed25519", "kid": "x"},
    "x that is no point": {**PUBLIC_JWK, "kid": "x", "x": "AA"},
    "kid a number": {**PUBLIC_JWK, "kid": 7},
    "kid a list": {**PUBLIC_JWK, "kid": ["tests"]},
    "key_ops null": {**PUBLIC_JWK, "kid": "x", "key_ops": None},
}


@pytest.mark.parametrize("entry", ODD_ENTRIES.values(), ids=ODD_ENTRIES)
def test_an_entry_that_is_no_key_neither_hides_a_new_one_nor_keeps_an_old_one_in_force(
    entry: Any,
) -> None:
    old = OKPKey.import_key(SOMEBODYS_KEY.public_key())
    withdrawn = {**old.as_dict(private=False), "kid": "old"}
    issuer = Issuer({"keys": [withdrawn]})
    watched = verifier_of(PublishedKeys(issuer, pause=0.0))
    by_old = forged(header={**HEADER, "kid": "old"}, key=SOMEBODYS_KEY)
    watched.verify(by_old)
    issuer.document = {"keys": [entry, PUBLIC_JWK]}
    assert watched.verify(token()).role == "operator"
    with pytest.raises(Unauthenticated):
        watched.verify(by_old)


def test_of_two_keys_under_one_id_the_first_is_taken() -> None:
    second = OKPKey.import_key(SOMEBODYS_KEY.public_key()).as_dict(private=False)
    watched = verifier_of(
        PublishedKeys(Issuer({"keys": [PUBLIC_JWK, {**second, "kid": PUBLIC_JWK["kid"]}]}))
    )
    assert watched.verify(token()).role == "operator"
    with pytest.raises(Unauthenticated):
        watched.verify(forged(key=SOMEBODYS_KEY))


@pytest.mark.parametrize(
    "purpose",
    [{"use": "enc"}, {"alg": "ES256"}, {"use": "sig", "key_ops": ["encrypt"]}],
)
def test_a_key_published_for_another_purpose_verifies_nothing(purpose: dict[str, Any]) -> None:
    watched = verifier_of(PublishedKeys(Issuer({"keys": [{**PUBLIC_JWK, **purpose}]})))
    with pytest.raises(Unauthenticated):
        watched.verify(token())


def test_a_key_of_small_order_under_which_anything_is_signed_verifies_nothing() -> None:
    neutral = bytes([1, *[0] * 31])
    x = base64.urlsafe_b64encode(neutral).decode().rstrip("=")
    watched = verifier_of(PublishedKeys(Issuer({"keys": [{**PUBLIC_JWK, "x": x}]})))
    by_nobody = forged(sign=lambda _: neutral + bytes(32))
    signed, _, signature = by_nobody.rpartition(".")
    Ed25519PublicKey.from_public_bytes(neutral).verify(
        base64.urlsafe_b64decode(signature + "=="), signed.encode()
    )
    with pytest.raises(Unauthenticated):
        watched.verify(by_nobody)


def test_a_key_that_is_no_longer_published_ends_the_tokens_remembered_under_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(issuer_keys, "RENEW_AFTER", -1.0)
    issuer = Issuer()
    watched = verifier_of(PublishedKeys(issuer, pause=0.0))
    good = token()
    watched.verify(good)
    issuer.document = {"keys": []}
    assert _eventually_refused(watched, good)


def _eventually_refused(watched: TokenVerifier, text: str) -> bool:
    for _ in range(1_000):
        try:
            watched.verify(text)
        except Unauthenticated:
            return True
        except Unavailable:  # the keys are being fetched at this moment
            pass
        time.sleep(0.01)
    return False


def test_old_keys_are_renewed_in_the_background_without_anybody_waiting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    issuer = Issuer()
    watched = verifier_of(PublishedKeys(issuer, pause=0.0))
    watched.verify(token())
    monkeypatch.setattr(issuer_keys, "RENEW_AFTER", -1.0)
    issuer.gate.clear()
    issuer.visited.clear()
    try:
        assert watched.verify(token()).role == "operator"
        assert issuer.visited.wait(timeout=10)
        assert watched.verify(token()).role == "operator"
    finally:
        issuer.gate.set()


def test_while_the_issuer_hangs_one_thread_renews_old_keys_however_many_callers_come(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    issuer = Issuer()
    keys = PublishedKeys(issuer, pause=0.0)
    known = keys.keys()
    monkeypatch.setattr(issuer_keys, "RENEW_AFTER", -1.0)
    started: list[str] = []

    class Counted(threading.Thread):
        def start(self) -> None:
            started.append(self.name)
            super().start()

    monkeypatch.setattr(issuer_keys, "threading", SimpleNamespace(Thread=Counted))
    issuer.gate.clear()
    try:
        assert all(keys.keys() is known for _ in range(500))
        assert started == ["renew-keys"]
    finally:
        issuer.gate.set()
