"""A follower applies another service's journal in order and once, whatever breaks."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from functools import partial

import pytest
import requests

from chassis import feed_client
from chassis.clock import utc_now
from chassis.database import Database
from chassis.follower import AnotherFollower
from chassis.http_client import ServiceClient
from chassis.problems import OutcomeUnknown, Problem
from tests.chassis.batches import all_at_once
from tests.chassis.following import Following, Interrupted, Source, happen, weigh
from tests.chassis.proxy import Cut, proxied
from tests.chassis.tally import (
    TallyHouse,
    open_house,
)
from tests.waiting import eventually


def test_everything_is_applied_in_order_and_once(source: Source, following: Following) -> None:
    follower = following.follower()
    happen(source, 3)
    assert follower.catch_up() == 3
    happen(source, 2)
    assert following.follower().catch_up() == 2
    assert follower.catch_up() == 0
    assert following.applied.batches == [[1, 2, 3], [4, 5]]
    assert following.effects() == [1, 2, 3, 4, 5]


def test_much_is_applied_in_short_transactions(
    source: Source, following: Following, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed_client, "READ_AT_ONCE", 4)
    happen(source, 10)
    assert following.follower().catch_up() == 10
    assert following.applied.batches == [[1, 2, 3, 4], [5, 6, 7, 8], [9, 10]]


def test_a_follower_that_crashes_goes_on_where_it_was(
    source: Source, following: Following, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed_client, "READ_AT_ONCE", 4)
    happen(source, 10)
    following.applied.failing_at = 7
    with pytest.raises(RuntimeError, match="crashes"):
        following.follower().catch_up()
    assert following.effects() == [1, 2, 3, 4]
    state = following.state()
    assert state is not None
    assert state.position == 4
    following.applied.failing_at = None
    assert following.follower().catch_up() == 6
    assert following.effects() == list(range(1, 11))


@pytest.mark.parametrize("cut", list(Cut))
def test_a_follower_cut_off_at_commit_neither_repeats_nor_skips(
    postgres_tally: TallyHouse, source: Source, cut: Cut
) -> None:
    happen(source, 3)
    with proxied(postgres_tally.place.application) as (proxy, url):
        house = open_house(postgres_tally.place, url=url, pool_size=2)
        following = Following(house, source.url)
        cutting = Interrupted(source.url, lambda: proxy.cut_next(cut))
        with pytest.raises(OutcomeUnknown):
            following.follower(client=cutting).catch_up()
        assert proxy.cut == 1
        happen(source, 2)
        following.follower().catch_up()
        assert following.effects() == [1, 2, 3, 4, 5]
        house.database.dispose()


@pytest.mark.parametrize("rounds_before", [0, 1])
def test_of_two_followers_of_one_source_one_gives_way_and_the_effect_is_there_once(
    source: Source, following: Following, rounds_before: int
) -> None:
    for _ in range(rounds_before):
        happen(source, 2)
        following.follower().catch_up()
    happen(source, 3)
    faster = following.follower()
    slower = following.follower(client=Interrupted(source.url, faster.catch_up))
    with pytest.raises(AnotherFollower):
        slower.catch_up()
    assert following.effects() == list(range(1, 4 + 2 * rounds_before))
    assert following.follower().catch_up() == 0


def test_followers_at_once_make_every_effect_once(
    source: Source, following: Following, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed_client, "READ_AT_ONCE", 3)
    happen(source, 30)

    def follow() -> None:
        follower = following.follower()

        def is_done() -> bool:
            with suppress(AnotherFollower, Problem):
                follower.catch_up()
            state = following.state()
            return state is not None and state.position == 30

        eventually(is_done, what="everything is applied")

    all_at_once([follow] * 4)
    assert following.effects() == list(range(1, 31))


def test_when_nothing_is_new_it_is_noted_now_and_then_and_not_at_every_look(
    source: Source, following: Following, monkeypatch: pytest.MonkeyPatch
) -> None:
    happen(source, 1)
    follower, now = following.follower(), utc_now()
    noted = []
    for seconds in (0, 1, 3):
        passed = timedelta(seconds=seconds)
        monkeypatch.setattr(feed_client, "monotonic", partial(float, 1_000 + seconds))
        monkeypatch.setattr(Database, "now", lambda *_, passed=passed: now + passed)
        follower.catch_up()
        state = following.state()
        assert state is not None
        noted.append(state.checked_at)
    assert noted == [now, now, now + timedelta(seconds=3)]


def test_when_nothing_more_was_there_is_told_by_the_databases_clock_and_not_by_the_followers(
    following: Following, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = utc_now() + timedelta(hours=1)
    monkeypatch.setattr(Database, "now", lambda *_: now)
    ticks = iter((1_000.0, 1_007.0))
    monkeypatch.setattr(feed_client, "monotonic", lambda: next(ticks))
    following.follower().catch_up()
    state = following.state()
    assert state is not None
    assert state.checked_at == now - timedelta(seconds=7)


def test_a_source_with_nothing_to_tell_is_known_to_be_followed(
    source: Source, following: Following
) -> None:
    assert following.follower().catch_up() == 0
    state = following.state()
    assert state is not None
    assert (state.position, state.digest) == (0, None)
    happen(source, 1)
    assert following.follower().catch_up() == 1


def test_a_source_that_is_away_or_refuses_is_told_of_and_changes_nothing(
    source: Source, following: Following
) -> None:
    happen(source, 1)
    with pytest.raises(requests.HTTPError, match="403"):
        following.follower(role="auditor").catch_up()
    with pytest.raises(requests.ConnectionError):
        following.follower(client=ServiceClient("http://127.0.0.1:1")).catch_up()
    assert following.state() is None
    assert following.effects() == []


def test_heavy_entries_are_all_applied_and_no_page_is_taken_for_the_end(
    source: Source, following: Following
) -> None:
    weigh(source, *[90_000] * 25)
    assert following.follower().catch_up() == 25
    assert [len(batch) for batch in following.applied.batches] == [11, 11, 3]
    assert following.effects() == list(range(1, 26))
