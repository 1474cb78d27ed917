"""Hashes of words that people choose (argon2id), a bounded number of them at once.

What a hash costs is justified in docs/adr/0021. It is paid for a name that nobody has as well, so that the time an
answer takes does not tell who has an account.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from prometheus_client import Counter

from chassis.problems import TooBusy

MEMORY_KIB = 19_456
ROUNDS = 2
AT_ONCE = 2
"""Hashes at once in one process: each keeps a core busy and takes 19 MiB."""

MOST_WAITING = 4
"""How many wait for a place. Each keeps a thread of the process, and the others have to be there for other requests."""

PATIENCE = 2.0
"""Seconds to wait for one's turn."""

HASHES = Counter("password_hashes_total", "Passwords hashed, to be kept or to be compared")


class PasswordHashes:
    """Makes hashes and compares passwords with them. Each method raises `TooBusy` where too many others do."""

    def __init__(
        self, *, memory_kib: int = MEMORY_KIB, rounds: int = ROUNDS, at_once: int = AT_ONCE
    ) -> None:
        self._hasher = PasswordHasher(time_cost=rounds, memory_cost=memory_kib, parallelism=1)
        self._places = threading.BoundedSemaphore(at_once)
        self._let_in = threading.BoundedSemaphore(at_once + MOST_WAITING)
        self._nobodys = _nobodys(memory_kib, rounds)

    def hash(self, password: str) -> str:
        """Return what is kept of a password: parameters, salt and hash in one text."""
        with self._turn():
            return self._hasher.hash(password)

    def matches(self, kept: str | None, password: str) -> bool:
        """Tell whether a password is the one a hash was made of; None is nobody's, and costs the same."""
        with self._turn():
            try:
                self._hasher.verify(kept or self._nobodys, password)
            except (VerificationError, InvalidHashError):
                return False
            return kept is not None

    def is_outdated(self, kept: str) -> bool:
        """Tell whether a hash was made with other parameters than those in force."""
        return self._hasher.check_needs_rehash(kept)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        with _place(self._let_in, timeout=0.0), _place(self._places, timeout=PATIENCE):
            HASHES.inc()
            yield


@contextmanager
def _place(places: threading.Semaphore, *, timeout: float) -> Iterator[None]:
    """Hold a place, if one comes free in time. Raises `TooBusy`."""
    if not places.acquire(timeout=timeout):
        raise TooBusy(retry_after=2)
    try:
        yield
    finally:
        places.release()


@cache
def _nobodys(memory_kib: int, rounds: int) -> str:
    """Hash a password that nobody knows: what every password is compared with where there is no account."""
    hasher = PasswordHasher(time_cost=rounds, memory_cost=memory_kib, parallelism=1)
    return hasher.hash(secrets.token_hex(32))
