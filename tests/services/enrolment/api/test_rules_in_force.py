"""Which version of the rules holds: it judges from its day on, is settled before, and read again by each process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from services.enrolment.domain.programme import rule_change
from services.enrolment.storage.rules import READ_EVERY, RuleStore
from tests.chassis.problem_documents import code
from tests.services.enrolment.api.test_rules import TOMORROW, sent
from tests.services.enrolment.house import House, document, with_service
from vocabulary.rule_book import national_day, shipped_rules

LAST = [*shipped_rules()][-1]


@contextmanager
def on_the_eve(house: House, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """Run the house where no rules are settled ahead, and a version can begin today."""
    monkeypatch.setattr(rule_change, "AHEAD", timedelta(days=-2))
    seconds = [0.0]
    rules = RuleStore(house.service.database, shipped_rules(), clock=lambda: seconds[0])
    stores = replace(house.service.stores, rules=rules)
    there = with_service(house, replace(house.service, stores=stores))
    today = national_day(datetime.now(UTC))
    document(there.post("/rules", sent("2031-01", today, first_purchase_days=3), "operator"), 201)
    seconds[0] += READ_EVERY
    yield there


def test_the_version_in_force_judges_and_is_named_by_what_it_judged(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = house.award()
    with on_the_eve(house, monkeypatch) as there:
        after = there.award()
    entries = {
        entry["card_ref"]: entry for entry in house.entries() if entry["kind"] == "card-awarded"
    }
    assert entries[before.card_ref]["rule_version"] == "2023-01"
    assert entries[after.card_ref]["rule_version"] == "2031-01"
    with house.service.database.reading() as connection:
        card = house.service.stores.cards.read(connection, after.card_ref)
    assert card is not None
    assert card.deadline is not None
    left = card.deadline - datetime.now(UTC)
    assert timedelta(days=2, hours=23) < left <= timedelta(days=4), "the third day ends at midnight"


def test_rules_are_settled_an_hour_before_their_day(
    shared_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rule_change, "AHEAD", timedelta(days=60))
    refused = shared_house.post("/rules", sent(day=TOMORROW), "operator")
    assert code(refused) == (409, "rules-too-late")
    assert refused.json is not None
    assert refused.json["begins"].startswith(str(TOMORROW - timedelta(days=1)))


def test_nobody_changes_rules_that_are_settled(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    document(house.post("/rules", sent(day=TOMORROW), "operator"), 201)
    monkeypatch.setattr(rule_change, "AHEAD", timedelta(days=60))
    refused = house.post("/rules/2031-01/withdrawal", {"reason": "Dicabut"}, "operator")
    assert code(refused) == (409, "rules-too-late")


def test_what_is_shipped_takes_the_place_of_what_was_scheduled_for_its_day(house: House) -> None:
    document(house.post("/rules", sent("2031-01", "2031-01-01", oldest=70), "operator"), 201)
    document(house.post("/rules", sent("2032-01", "2032-01-01", oldest=71), "operator"), 201)
    for name, day in (("2031-01c", "2031-01-01"), ("2032-01", "2031-06-01")):
        shipped = shipped_rules().with_version(
            replace(LAST.rules, version=name), effective_from=date.fromisoformat(day), source="x"
        )
        store = RuleStore(house.service.database, shipped)
        with house.service.database.reading() as connection:
            book = store.book_now(connection)
        found = book.find(name)
        assert found is not None
        assert (found.rules.oldest, found.source) == (64, "x")
        assert len([*book]) == 4


def test_a_process_reads_the_schedule_again_after_a_while(house: House) -> None:
    seconds = [0.0]
    store = RuleStore(house.service.database, shipped_rules(), clock=lambda: seconds[0])
    with house.service.database.reading() as connection:
        assert store.book(connection).find("2031-01") is None
    document(house.post("/rules", sent(), "operator"), 201)
    for later, known in ((READ_EVERY - 1, False), (READ_EVERY, True)):
        seconds[0] = later
        with house.service.database.reading() as connection:
            assert (store.book(connection).find("2031-01") is not None) is known
    assert timedelta(seconds=READ_EVERY) * 10 <= rule_change.AHEAD
