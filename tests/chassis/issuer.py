"""An issuer of tokens whose published keys a test can change, hold up and take away."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from typing import Any

from chassis.identity import TokenVerifier
from chassis.issuer_keys import KeySource
from tests.tokens import AUDIENCE, ISSUER, PUBLIC_JWK

JWKS = {"keys": [PUBLIC_JWK]}


class Issuer:
    """An issuer's JWKS address that counts its visitors and can be away, or slow."""

    def __init__(self, document: Mapping[str, Any] = JWKS) -> None:
        self.document = document
        self.fetched = 0
        self.away = False
        self.gate = threading.Event()
        self.gate.set()
        self.visited = threading.Event()

    def __call__(self) -> Mapping[str, Any]:
        self.fetched += 1
        self.visited.set()
        assert self.gate.wait(timeout=10)
        if self.away:
            raise ConnectionError
        return self.document


def verifier_of(keys: KeySource, *, now: float | None = None) -> TokenVerifier:
    clock = time.time if now is None else lambda: now
    return TokenVerifier(issuer=ISSUER, audience=AUDIENCE, keys=keys, clock=clock)
