"""A follower applies another service's journal in order and once, whatever breaks, and notices another journal."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
import requests
import sqlalchemy as sa
from flask import Flask
from werkzeug.serving import make_server

from chassis import feed, feed_client
from chassis.clock import utc_now
from chassis.database import Database
from chassis.feed import feed_endpoints
from chassis.feed_client import Feed, FollowerState, SourceDiverged, entry_of
from chassis.follower import AnotherFollower, Apply, Follower, read_follower_state
from chassis.http_client import ServiceClient
from chassis.identifiers import new_id, random_reference
from chassis.journal import Entry, Journal, RecordedEntry
from chassis.problems import OutcomeUnknown, Problem
from chassis.web import build_app
from tests.chassis.batches import all_at_once
from tests.chassis.proxy import Cut, proxied
from tests.chassis.tally import (
    FOLLOWER_STATE,
    TALLY,
    TallyHouse,
    entry,
    lay_schema,
    open_house,
    size_of,
)
from tests.databases import DatabaseMaker
from tests.tokens import bearer, token, verifier
from tests.waiting import eventually


@dataclass
class Source:
    """A service that can be followed over HTTP; `house` is what stands behind its address just now."""

    url: str = ""
    house: TallyHouse | None = None

    def __call__(self, environ: dict[str, Any], start: Any) -> Any:
        assert self.house is not None
        return feed_of(self.house)(environ, start)


def feed_of(house: TallyHouse) -> Flask:
    return build_app(
        "source",
        endpoints=feed_endpoints(allow=("system",)),
        house=house,
        verifier=verifier(),
        checks={},
    )


@pytest.fixture(scope="module")
def address() -> Iterator[Source]:
    source = Source()
    server = make_server("127.0.0.1", 0, source, threaded=True)
    source.url = f"http://127.0.0.1:{server.server_port}"
    serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    serving.start()
    yield source
    server.shutdown()
    serving.join()
    server.server_close()


@pytest.fixture
def source(address: Source, database_maker: DatabaseMaker) -> Iterator[Source]:
    """A source on SQLite with nothing in its journal."""
    with laid(database_maker, "sqlite") as house:
        address.house = house
        yield address


@contextmanager
def laid(maker: DatabaseMaker, dialect: str, *, epoch: str | None = None) -> Iterator[TallyHouse]:
    place = maker.empty(dialect, "chassis")
    lay_schema(place, epoch=epoch)
    house = open_house(place)
    yield house
    house.database.dispose()


@dataclass
class Applied:
    """An effect that cannot be made twice: a row for each entry, named by its position."""

    name: str
    failing_at: int | None = None
    batches: list[list[int]] = field(default_factory=list)

    def __call__(self, connection: sa.Connection, entries: Sequence[RecordedEntry]) -> None:
        self.batches.append([each.position for each in entries])
        for each in entries:
            row = {"name": f"{self.name}-{each.position}", "most": 1_000, "count": each.position}
            connection.execute(sa.insert(TALLY).values(**row))
            if each.position == self.failing_at:
                raise RuntimeError("the follower crashes")

    def effects(self, house: TallyHouse) -> list[int]:
        """Return the positions of which the effect is there."""
        mine = sa.select(TALLY.c.count).where(TALLY.c.name.startswith(self.name, autoescape=True))
        with house.database.reading() as connection:
            return sorted(connection.execute(mine).scalars())


@dataclass
class Following:
    """A follower of the source on a database, under a name of its own."""

    house: TallyHouse
    url: str
    name: str = field(default_factory=lambda: new_id()[-12:])

    def __post_init__(self) -> None:
        self.applied = Applied(self.name)

    def follower(
        self,
        *,
        client: ServiceClient | None = None,
        role: str = "system",
        apply: Apply | None = None,
    ) -> Follower:
        """Start the follower, as a new process would."""
        return Follower(
            feed=Feed(
                source=self.name,
                client=client or ServiceClient(self.url),
                token=lambda: token(role=role),
            ),
            transactions=self.house.transactions,
            table=FOLLOWER_STATE,
            apply=apply or self.applied,
        )

    def state(self) -> FollowerState | None:
        with self.house.database.reading() as connection:
            return read_follower_state(connection, FOLLOWER_STATE, self.name)

    def effects(self) -> list[int]:
        return self.applied.effects(self.house)


@pytest.fixture
def following(tally: TallyHouse, source: Source) -> Following:
    return Following(tally, source.url)


def happen(source: Source, number: int, kind: str = "happened") -> None:
    house = source.house
    assert house is not None
    house.transactions.run(
        lambda connection: house.journal.append(
            connection, [entry(kind, number=n) for n in range(number)], now=utc_now()
        )
    )


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


def unchanged(following: Following, state: FollowerState | None, effects: list[int]) -> None:
    with pytest.raises(SourceDiverged):
        following.follower().catch_up()
    assert following.state() == state
    assert following.effects() == effects


def test_a_source_that_was_replaced_is_noticed_and_nothing_is_skipped(
    source: Source, following: Following, database_maker: DatabaseMaker
) -> None:
    happen(source, 3)
    following.follower().catch_up()
    state, original = following.state(), source.house
    with laid(database_maker, "sqlite") as other:
        source.house = other
        unchanged(following, state, [1, 2, 3])
        happen(source, 5)
        unchanged(following, state, [1, 2, 3])
    source.house = original
    happen(source, 1)
    assert following.follower().catch_up() == 1


def test_a_source_restored_from_a_backup_is_noticed_even_under_its_old_epoch(
    source: Source, following: Following, database_maker: DatabaseMaker
) -> None:
    epoch = random_reference()
    with laid(database_maker, "sqlite", epoch=epoch) as before:
        source.house = before
        happen(source, 3)
        following.follower().catch_up()
        state = following.state()
    with laid(database_maker, "sqlite", epoch=epoch) as restored:
        source.house = restored
        happen(source, 2)
        unchanged(following, state, [1, 2, 3])  # shorter than what was followed
        happen(source, 3, kind="happened-otherwise")
        unchanged(following, state, [1, 2, 3])  # longer, and with another third entry


def test_a_feed_with_a_gap_is_refused_and_nothing_of_it_applied(
    source: Source, following: Following, monkeypatch: pytest.MonkeyPatch
) -> None:
    happen(source, 1)
    following.follower().catch_up()
    state = following.state()
    happen(source, 3)
    whole = Journal.read

    def with_a_gap(*args: Any, **kwargs: Any) -> list[RecordedEntry]:
        return [entry for entry in whole(*args, **kwargs) if entry.position != 3]

    with monkeypatch.context() as patched:
        patched.setattr(Journal, "read", with_a_gap)
        unchanged(following, state, [1])
    assert following.follower().catch_up() == 3


def test_the_feed_goes_on_only_for_who_knows_its_epoch_and_its_last_entry(source: Source) -> None:
    happen(source, 2)
    assert source.house is not None
    with source.house.database.reading() as connection:
        epoch = source.house.journal.head(connection).epoch
        first, _ = source.house.journal.read(connection, after=0, limit=2)
    known = {"after": "1", "epoch": epoch, "digest": first.digest()}
    asked = {
        "what it knows": known,
        "another epoch": {**known, "epoch": random_reference()},
        "another entry": {**known, "digest": "0" * 64},
        "beyond the end": {**known, "after": "3"},
        "no entry": {"after": "1", "epoch": epoch},
    }
    answers = {
        name: requests.get(
            source.url + "/internal/feed", params=query, headers=bearer(role="system"), timeout=10
        )
        for name, query in asked.items()
    }
    assert {name: answer.status_code for name, answer in answers.items()} == {
        "what it knows": 200,
        "another epoch": 409,
        "another entry": 409,
        "beyond the end": 409,
        "no entry": 409,
    }
    assert answers["another epoch"].json()["code"] == "journal-diverged"


class Interrupted(ServiceClient):
    """A client that lets something happen between the answer and its use."""

    def __init__(self, url: str, meanwhile: Callable[[], object]) -> None:
        super().__init__(url)
        self._meanwhile = meanwhile

    def get_json(self, *args: Any, **kwargs: Any) -> Any:
        answer = super().get_json(*args, **kwargs)
        self._meanwhile()
        return answer


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


def test_an_entry_arrives_as_it_stands_in_the_journal(source: Source, following: Following) -> None:
    house = source.house
    assert house is not None
    subjects = {"class_id": new_id(), "region": "17.71"}
    body = {"said": "é 🎓 \u2028", "most": 2**53 - 1, "none": None}
    given = Entry("kind", "accounts|x", "officer", "request-1", subjects, body, "2023-01")
    house.transactions.run(
        lambda connection: house.journal.append(connection, [given], now=utc_now())
    )
    arrived: list[RecordedEntry] = []
    following.follower(apply=lambda _, entries: arrived.extend(entries)).catch_up()
    with house.database.reading() as connection:
        assert arrived == house.journal.read(connection, after=0, limit=10)
    assert arrived[0].body == body
    state = following.state()
    assert state is not None
    assert state.digest == arrived[0].digest()


def test_the_feed_gives_a_bounded_number_after_a_position(source: Source) -> None:
    happen(source, 6)
    assert source.house is not None
    document = requests.get(
        source.url + "/internal/feed",
        params={"after": 2, "limit": 3},
        headers=bearer(role="system"),
        timeout=10,
    ).json()
    assert document["size"] == size_of(source.house) == 6
    assert [entry_of(each).position for each in document["entries"]] == [3, 4, 5]


def pages_of(source: Source) -> list[list[int]]:
    reading = Feed(
        source="pages", client=ServiceClient(source.url), token=lambda: token(role="system")
    )
    return [[each.position for each in page.entries] for page in reading.pages()]


def weigh(source: Source, *sizes: int) -> None:
    """Let happen what weighs so many bytes, and a little more."""
    house = source.house
    assert house is not None
    entries = [entry("happened", said="é" * (size // 2)) for size in sizes]
    house.transactions.run(
        lambda connection: house.journal.append(connection, entries, now=utc_now())
    )


def test_a_page_weighs_no_more_than_its_most_unless_one_entry_does(
    source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "MOST_BYTES", 10_000)
    weigh(source, 4_000, 4_000, 4_000, 25_000, 10, 10)
    assert pages_of(source) == [[1, 2], [3], [4], [5, 6]]


def test_heavy_entries_are_all_applied_and_no_page_is_taken_for_the_end(
    source: Source, following: Following
) -> None:
    weigh(source, *[90_000] * 25)
    assert following.follower().catch_up() == 25
    assert [len(batch) for batch in following.applied.batches] == [11, 11, 3]
    assert following.effects() == list(range(1, 26))


def test_what_is_sent_for_a_page_stays_near_a_megabyte(source: Source) -> None:
    weigh(source, *[90_000] * 12)
    answer = requests.get(source.url + "/internal/feed", headers=bearer(role="system"), timeout=10)
    assert 900_000 < len(answer.content) <= feed.MOST_BYTES + 200
