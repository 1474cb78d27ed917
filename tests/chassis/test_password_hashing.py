"""Hashing passwords keeps so many threads busy, and no more."""

from __future__ import annotations

import threading
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from itertools import islice

import pytest

from chassis import password_hashing
from chassis.password_hashing import MOST_WAITING, PasswordHashes
from chassis.problems import TooBusy

BEYOND = 3


class Slow(PasswordHashes):
    """Hashes that take until they are told to end."""

    def __init__(self) -> None:
        super().__init__(memory_kib=64, rounds=1, at_once=1)
        self.began, self.may_end = threading.Event(), threading.Event()

    def hold_a_place(self) -> None:
        with self._turn():
            self.began.set()
            self.may_end.wait(30)


def test_so_many_wait_for_their_turn_and_whoever_comes_beyond_is_refused_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(password_hashing, "PATIENCE", 30.0)
    hashes = Slow()
    with ThreadPoolExecutor(1 + MOST_WAITING + BEYOND) as pool:
        first = pool.submit(hashes.hold_a_place)
        assert hashes.began.wait(10)
        try:
            comers: list[Future[str]] = [
                pool.submit(hashes.hash, "kuda") for _ in range(MOST_WAITING + BEYOND)
            ]
            refused = list(islice(as_completed(comers, timeout=10), BEYOND))
            waiting = [comer for comer in comers if not comer.done()]
        finally:
            hashes.may_end.set()

    assert [type(comer.exception()) for comer in refused] == [TooBusy] * BEYOND
    assert len(waiting) == MOST_WAITING
    assert all(hashes.matches(comer.result(), "kuda") for comer in waiting)
    assert first.exception() is None


def test_whoever_waited_too_long_is_refused_and_leaves_room_for_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(password_hashing, "PATIENCE", 0.0)
    hashes = Slow()
    with ThreadPoolExecutor(1) as pool:
        pool.submit(hashes.hold_a_place)
        assert hashes.began.wait(10)
        for _ in range(MOST_WAITING + 1):
            with pytest.raises(TooBusy):
                hashes.hash("kuda")
        hashes.may_end.set()

    assert hashes.hash("kuda")
