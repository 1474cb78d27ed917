"""The public keys of whoever issues our tokens, fetched from where they are published and kept while that is away."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from chassis.observability import logger
from chassis.problems import Unavailable
from chassis.token_algorithms import ED25519, TokenAlgorithm, VerifyingKey

IssuerKeys = Mapping[str, VerifyingKey]
"""Keys by the ids that tokens name them by."""

RENEW_AFTER = 300.0
"""Seconds after which the issuer's keys are fetched again, needed or not."""

LONGEST_WAIT_FOR_KEYS = 1.0
"""Seconds that a caller waits while another fetches the first keys."""


class KeySource(Protocol):
    """Where the issuer's public keys come from.

    `algorithm` is the one by which the issuer signs; a token that names another is refused, `none` included.
    """

    @property
    def algorithm(self) -> TokenAlgorithm: ...

    def keys(self) -> IssuerKeys:
        """Return the keys known now. Raises `Unavailable` where none were ever fetched."""

    def refresh(self) -> bool:
        """Fetch the keys again, unless that was done a moment ago; tell whether they were fetched."""


class PublishedKeys:
    """The issuer's keys as its JWKS address publishes them, kept while the issuer is away.

    `fetch` returns the parsed JWKS document or raises. It is called for a token whose key is not known, and in the
    background once the keys are `RENEW_AFTER` seconds old, so that a key which is published before it signs is
    known in time; but never more often than every `pause` seconds, whatever callers send.
    """

    def __init__(
        self,
        fetch: Callable[[], Mapping[str, Any]],
        *,
        algorithm: TokenAlgorithm = ED25519,
        pause: float = 5.0,
    ) -> None:
        self.algorithm = algorithm
        self._fetch = fetch
        self._pause = pause
        self._document: Mapping[str, Any] | None = None
        self._keys: IssuerKeys | None = None
        self._tried_at = self._fetched_at = float("-inf")
        self._lock = threading.Lock()

    def keys(self) -> IssuerKeys:
        if self._keys is None:
            self._fetch_first()
        elif time.monotonic() - self._fetched_at > RENEW_AFTER and not self._was_just_tried():
            self._renew_in_background()
        if self._keys is None:
            raise Unavailable("The token issuer's keys could not be fetched yet.", retry_after=2)
        return self._keys

    def refresh(self) -> bool:
        # Nobody waits for another's fetch: callers with forged tokens would fill every thread while the issuer hangs.
        if not self._lock.acquire(blocking=False):
            raise Unavailable("The token issuer's keys are being fetched.")
        try:
            return self._fetch_unless_just_tried()
        finally:
            self._lock.release()

    def _fetch_first(self) -> None:
        # A healthy issuer answers meanwhile; behind one that hangs nobody queues until every thread is taken.
        if self._lock.acquire(timeout=LONGEST_WAIT_FOR_KEYS):
            try:
                self._fetch_unless_just_tried()
            finally:
                self._lock.release()

    def _renew_in_background(self) -> None:
        # The renewer is handed the lock: while it hangs, callers find it taken and start no further one.
        if self._lock.acquire(blocking=False):
            try:
                threading.Thread(target=self._renew, name="renew-keys", daemon=True).start()
            except BaseException:
                self._lock.release()
                raise

    def _renew(self) -> None:
        try:
            self._fetch_unless_just_tried()
        finally:
            self._lock.release()

    def _was_just_tried(self) -> bool:
        return time.monotonic() - self._tried_at < self._pause

    def _fetch_unless_just_tried(self) -> bool:
        if self._was_just_tried():
            return False
        self._tried_at = time.monotonic()
        try:
            document = self._fetch()
            if document != self._document:
                self._keys, self._document = usable_keys(document, self.algorithm), document
        except Exception as error:  # noqa: BLE001 - whatever fails there, the keys we have stay in force
            logger().warning("keys-not-fetched", exc_info=error)
            return False
        self._fetched_at = time.monotonic()
        return True


def usable_keys(document: Mapping[str, Any], algorithm: TokenAlgorithm) -> IssuerKeys:
    """Take from a JWKS the keys that can sign tokens for us.

    What is not such a key is passed over (RFC 7517 section 5): an issuer may publish others beside them, and one entry
    that cannot be used must not keep a key in force that was withdrawn. Raises `TypeError`, `KeyError` for a document
    without a list of keys.
    """
    if not isinstance(document["keys"], list):
        raise TypeError("the keys are no list")
    keys: dict[str, VerifyingKey] = {}
    for entry in document["keys"]:
        try:
            if algorithm.fits(entry):
                keys.setdefault(entry["kid"], algorithm.load(entry))
        except Exception as error:  # noqa: BLE001 - whatever an entry holds, the others are keys all the same
            logger().warning("key-not-usable", exc_info=error)
    return keys
