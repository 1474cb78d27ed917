"""A bound on how often the same caller may do something."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext

import pytest

from chassis.rate_limits import Bound
from chassis.throttle import Throttle, address_group


def spend(throttle: Throttle, key: str, *, times: int, now: float) -> None:
    for _ in range(times):
        assert throttle.wait(key, now=now) == 0
        throttle.count(key, now=now)


def test_so_many_at_once_and_then_one_at_a_time() -> None:
    throttle = Throttle(Bound("tries", 6, 60, counts="tries"))
    spend(throttle, "a", times=6, now=100.0)
    assert throttle.wait("a", now=100.0) == 10
    assert throttle.wait("a", now=104.5) == 6
    assert throttle.wait("a", now=109.99) == 1
    spend(throttle, "a", times=1, now=110.0)
    assert throttle.wait("a", now=110.0) == 10


def test_a_pause_of_the_whole_window_gives_the_whole_allowance_back() -> None:
    throttle = Throttle(Bound("tries", 3, 60, counts="tries"))
    spend(throttle, "a", times=3, now=0.0)
    spend(throttle, "a", times=3, now=60.0)
    assert throttle.wait("a", now=60.0) == 20


def test_asking_how_long_to_wait_counts_nothing() -> None:
    throttle = Throttle(Bound("tries", 1, 60, counts="tries"))
    for _ in range(100):
        assert throttle.wait("a", now=0.0) == 0


def test_taking_counts_only_what_is_not_refused() -> None:
    throttle = Throttle(Bound("tries", 2, 60, counts="tries"))
    assert [throttle.take("a", now=0.0) for _ in range(5)] == [0, 0, 30, 30, 30]
    assert throttle.take("a", now=30.0) == 0


class Hesitant(Throttle):
    """One that takes its time between looking and counting."""

    def _wait(self, key: str, now: float) -> int:
        seconds = super()._wait(key, now)
        time.sleep(0.01)
        return seconds


@pytest.mark.parametrize(("guarded", "too_many"), [(True, False), (False, True)])
def test_of_many_who_take_at_once_so_many_get_it(guarded: bool, too_many: bool) -> None:
    throttle = Hesitant(Bound("tries", 3, 60, counts="tries"))
    if not guarded:
        throttle._lock = nullcontext()  # type: ignore[assignment]
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda _: throttle.take("a", now=0.0), range(16)))
    assert (taken.count(0) > 3) is too_many


def test_callers_do_not_count_for_one_another() -> None:
    throttle = Throttle(Bound("tries", 1, 60, counts="tries"))
    spend(throttle, "a", times=1, now=0.0)
    spend(throttle, "b", times=1, now=0.0)
    assert throttle.wait("a", now=0.0) == 60


def test_memory_is_bounded_and_the_callers_seen_last_stay_counted() -> None:
    throttle = Throttle(Bound("tries", 1, 60, counts="tries"), most_keys=100)
    for number in range(10_000):
        throttle.count(f"caller-{number}", now=0.0)
        throttle.count("persistent", now=0.0)
    assert len(throttle._free_at) == 100
    assert throttle.wait("persistent", now=0.0) > 0


def test_who_is_refused_and_goes_on_asking_is_not_forgotten_before_others() -> None:
    throttle = Throttle(Bound("tries", 1, 60, counts="tries"), most_keys=2)
    assert throttle.take("stubborn", now=0.0) == 0
    for number in range(5):
        assert throttle.take(f"caller-{number}", now=0.0) == 0
        assert throttle.take("stubborn", now=0.0) > 0


@pytest.mark.parametrize(
    ("address", "group"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2:ffff::", "2001:db8:1:2::"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("", "unknown"),
        ("unix:", "unknown"),
        ("203.0.113.9:443", "unknown"),
    ],
)
def test_an_ipv6_customer_counts_as_one_address(address: str, group: str) -> None:
    assert address_group(address) == group


def test_a_house_counts_as_one_address_where_it_is_asked_for() -> None:
    groups = {address_group(f"2001:db8:1:{n:x}::1", ipv6_prefix=48) for n in range(60)}
    assert groups == {"2001:db8:1::"}
    assert address_group("203.0.113.9", ipv6_prefix=48) == "203.0.113.9"
