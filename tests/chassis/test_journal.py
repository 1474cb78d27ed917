"""What the journal takes, how it numbers and dates it, and what it gives back."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import rfc8785
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chassis.clock import utc_now
from chassis.identifiers import new_id
from chassis.journal import MOST_AT_ONCE, Entry, RecordedEntry
from tests.chassis.tally import TallyHouse, entry, size_of

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
# What the strict reader of requests lets through: no NUL, no lone surrogate, whole numbers that every reader keeps.
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=20)
FACTS = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)
BODIES = st.dictionaries(TEXTS, FACTS, max_size=5)


def append(house: TallyHouse, entries: Sequence[Entry], *, now: datetime | None = None) -> int:
    return house.transactions.run(
        lambda connection: house.journal.append(connection, entries, now=now or utc_now())
    )


def read(house: TallyHouse, *, after: int) -> list[RecordedEntry]:
    with house.database.reading() as connection:
        return house.journal.read(connection, after=after, limit=5_000)


def later_than_all(house: TallyHouse) -> datetime:
    with house.database.reading() as connection:
        return house.journal.head(connection).recorded_at + timedelta(days=1)


def test_positions_follow_each_other_and_append_tells_the_first(tally: TallyHouse) -> None:
    began = size_of(tally)
    assert append(tally, [entry("a"), entry("b")]) == began + 1
    assert append(tally, [entry("c")]) == began + 3
    assert [(e.position, e.kind) for e in read(tally, after=began)] == [
        (began + 1, "a"),
        (began + 2, "b"),
        (began + 3, "c"),
    ]
    assert size_of(tally) == began + 3


def test_a_rolled_back_transaction_leaves_no_gap(tally: TallyHouse) -> None:
    began = size_of(tally)
    with tally.database.writing() as connection:
        assert tally.journal.append(connection, [entry("a")], now=utc_now()) == began + 1
    assert append(tally, [entry("kept")]) == began + 1
    assert [e.kind for e in read(tally, after=began)] == ["kept"]


def test_an_entry_comes_back_as_it_was_given(tally: TallyHouse) -> None:
    class_id, now = new_id(), later_than_all(tally)
    given_entry = Entry(
        kind="seat-taken",
        actor="accounts|somebody",
        role="holder",
        request_id="0192",
        subjects={"class_id": class_id, "region": "17.71"},
        body={"held": 3, "reason": "Ubah jadwal: “libur” é 🎓", "none": None, "list": [1, True]},
        rule_version="2023-01",
    )
    position = append(tally, [given_entry], now=now)
    (recorded,) = read(tally, after=position - 1)
    assert recorded.kind == "seat-taken"
    assert recorded.actor == "accounts|somebody"
    assert recorded.role == "holder"
    assert recorded.request_id == "0192"
    assert recorded.rule_version == "2023-01"
    assert recorded.subjects == {"class_id": class_id, "region": "17.71"}
    assert recorded.body == given_entry.body
    assert recorded.recorded_at == now


def test_the_recorded_instant_never_goes_backwards_when_the_clock_is_set_back(
    tally: TallyHouse,
) -> None:
    latest = later_than_all(tally)
    began = size_of(tally)
    append(tally, [entry()], now=latest)
    append(tally, [entry()], now=latest - timedelta(hours=1))
    append(tally, [entry()], now=latest + timedelta(microseconds=1))
    append(tally, [entry()], now=latest)
    tick = latest + timedelta(microseconds=1)
    assert [e.recorded_at for e in read(tally, after=began)] == [latest, latest, tick, tick]
    with tally.database.reading() as connection:
        assert tally.journal.head(connection).recorded_at == tick


@pytest.mark.parametrize("number", [0, MOST_AT_ONCE + 1])
def test_a_transaction_takes_neither_nothing_nor_too_much(tally: TallyHouse, number: int) -> None:
    began = size_of(tally)
    with pytest.raises(ValueError, match="entries in one transaction"):
        append(tally, [entry()] * number)
    assert size_of(tally) == began


def test_a_transaction_takes_the_most_that_is_allowed(tally: TallyHouse) -> None:
    began = size_of(tally)
    append(tally, [entry(number=number) for number in range(MOST_AT_ONCE)])
    numbers = [e.body["number"] for e in read(tally, after=began)]
    assert numbers == list(range(MOST_AT_ONCE))


def test_an_entry_of_a_kind_that_the_journal_does_not_have_is_not_appended(
    tally: TallyHouse,
) -> None:
    """So the kinds that the export may be filtered by are all there are."""
    began = size_of(tally)
    with pytest.raises(ValueError, match="no entries of the kind seat-stolen"):
        append(tally, [entry(), entry("seat-stolen")])
    assert size_of(tally) == began


@pytest.mark.parametrize(
    "body",
    [{"share": 2**53}, {"when": NOON}, {"ids": {1, 2}}, {"half": "\ud800"}, {1: "a"}],
    ids=["too large", "instant", "set", "lone surrogate", "number as name"],
)
def test_a_body_that_is_not_plain_json_is_refused_and_nothing_is_done(
    tally: TallyHouse, body: dict[Any, Any]
) -> None:
    began = size_of(tally)
    with pytest.raises((rfc8785.CanonicalizationError, UnicodeEncodeError, TypeError)):
        append(tally, [entry(), Entry("a", "a", "r", "q", {}, body)])
    assert size_of(tally) == began


def test_a_subject_that_the_journal_does_not_have_is_refused(tally: TallyHouse) -> None:
    with pytest.raises(ValueError, match="colour"):
        append(tally, [Entry("a", "a", "r", "q", {"colour": "red"}, {})])


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(bodies=st.lists(BODIES, min_size=1, max_size=5))
def test_a_leaf_is_the_canonical_json_of_what_it_says_whatever_the_body(
    tally: TallyHouse, bodies: list[dict[str, Any]]
) -> None:
    class_id = new_id()
    subjects = {"class_id": class_id, "region": None}
    first = append(
        tally,
        [Entry("kept", "s|a:b@c.d", "officer", "r-1", subjects, body, "v1") for body in bodies],
    )
    recorded = read(tally, after=first - 1)
    assert [e.body for e in recorded] == bodies
    for position, (each, body) in enumerate(zip(recorded, bodies, strict=True), start=first):
        said = json.loads(each.leaf())
        assert said["body"] == body
        assert said["position"] == position
        assert said["class_id"] == class_id
        assert each.leaf() == rfc8785.dumps(said)
        assert each.digest() == hashlib.sha256(b"\x00" + rfc8785.dumps(said)).hexdigest()
