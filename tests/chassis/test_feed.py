"""The feed gives a journal page by page, as it stands, to who knows where it left off."""

from __future__ import annotations

import pytest
import requests

from chassis import feed
from chassis.clock import utc_now
from chassis.feed_client import Feed, entry_of
from chassis.http_client import ServiceClient
from chassis.identifiers import new_id, random_reference
from chassis.journal import Entry, RecordedEntry
from tests.chassis.following import Following, Source, happen, weigh
from tests.chassis.tally import (
    size_of,
)
from tests.tokens import bearer, token


def test_the_feed_goes_on_only_for_who_knows_its_epoch_and_its_last_entry(source: Source) -> None:
    happen(source, 2)
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


def test_an_entry_arrives_as_it_stands_in_the_journal(source: Source, following: Following) -> None:
    house = source.house
    subjects = {"class_id": new_id(), "region": "17.71"}
    body = {"said": "é 🎓 \u2028", "most": 2**53 - 1, "none": None}
    given = Entry("kept", "accounts|x", "officer", "request-1", subjects, body, "2023-01")
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


def test_a_page_weighs_no_more_than_its_most_unless_one_entry_does(
    source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "MOST_BYTES", 10_000)
    weigh(source, 4_000, 4_000, 4_000, 25_000, 10, 10)
    assert pages_of(source) == [[1, 2], [3], [4], [5, 6]]


def test_what_is_sent_for_a_page_stays_near_a_megabyte(source: Source) -> None:
    weigh(source, *[90_000] * 12)
    answer = requests.get(source.url + "/internal/feed", headers=bearer(role="system"), timeout=10)
    assert 900_000 < len(answer.content) <= feed.MOST_BYTES + 200
