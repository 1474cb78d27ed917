"""The question every audit ends with: nothing where all is well, and a walk that stops and goes on."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import count
from typing import Any

import pytest

from chassis.clock import read_instant, utc_now
from chassis.pagination import Place, find_place, listing_of
from services.enrolment.followers.realisation import realisation_follower
from services.enrolment.queries.consistency import FROM_THE_START, check_consistency, is_stage
from tests.chassis.problem_documents import code, pointers
from tests.services.enrolment.consistency.conftest import LivedIn
from tests.services.enrolment.consistency.tampering import tamper
from tests.services.enrolment.house import House, document
from tests.services.enrolment.people import HeldCard


def test_tables_and_entries_agree_after_a_little_of_everything(lived_in: LivedIn) -> None:
    house = lived_in.house
    report = document(house.get("/consistency", "operator"))
    del report["followers"]
    assert report == {
        "checked": {
            "waves": 3,
            "quotas": 4,
            "admissions": 8,
            "admission_files": 1,
            "draws": 1,
            "applications": 4,
            "classes": 4,
            "suspensions": 1,
            "cards": 17,
            "suppression_lists": 1,
            "enrolments": 8,
            "places": 4,
            "evidence": 4,
            "movements": 34,
            "corrections": 1,
            "incentives": 2,
            "account_days": 10,
            "exclusion_lists": 1,
            "exclusion_cases": 2,
            "journal_entries": len(house.entries()),
        },
        "differences": [],
        "truncated": False,
        "next_cursor": None,
    }


def followers(house: House) -> dict[str, dict[str, Any]]:
    report = document(house.get("/consistency", "auditor"))
    return {told.pop("source"): told for told in report["followers"]}


NEVER_FOLLOWED = {"checked_at": None, "stands_still": True}


def test_a_follower_that_stands_still_is_told_of(house: House) -> None:
    house.catalogue_was_read(ago=timedelta(seconds=20))
    told = followers(house)
    assert (told["catalog"]["stands_still"], told["realisation"]) == (False, NEVER_FOLLOWED)
    realisation_follower(house.service.stores, house.service.transactions).catch_up()
    assert followers(house)["realisation"]["stands_still"] is False
    house.catalogue_was_read(ago=timedelta(seconds=70))
    told = followers(house)
    assert told["catalog"]["stands_still"] is True
    assert read_instant(told["catalog"]["checked_at"]) < utc_now() - timedelta(seconds=60)


def test_free_classes_move_no_money_and_agree(house: House) -> None:
    one, other = house.award_many(2)
    free = house.put_class(price=0)
    house.enrolled(one, free, price=0)
    house.cancel(house.enrolled(other, free, price=0)["id"], "operator")
    assert house.differences() == []


def test_a_walk_stops_after_a_hundred_differences_and_goes_on_where_it_stopped(
    house: House,
) -> None:
    cards = {card.card_ref for card in house.award_many(120)}
    tamper(house, "update card set balance = 1", {})
    told: list[tuple[str, str]] = []
    where: str | None = ""
    rounds = 0
    while where is not None:
        report = document(house.get(f"/consistency{where}", "auditor"))
        assert len(report["differences"]) <= 100
        assert report["truncated"] is (report["next_cursor"] is not None)
        told += [(found["what"], found["id"]) for found in report["differences"]]
        cursor, rounds = report["next_cursor"], rounds + 1
        where = f"?cursor={cursor}" if cursor else None
    kinds = ("card balance, by movements", "card balance, by journal")
    assert sorted(told) == sorted((kind, card) for kind in kinds for card in cards)
    assert rounds == 3


def test_a_walk_that_takes_too_long_stops_and_goes_on_where_it_stopped(
    lived_in: LivedIn,
) -> None:
    service, ticks = lived_in.house.service, count()
    whole = document(lived_in.house.get("/consistency", "auditor"))["checked"]
    checked: Counter[str] = Counter()
    place, rounds = FROM_THE_START, 0
    while True:
        report = check_consistency(
            service.database,
            service.journal,
            place=place,
            seconds=1.0,
            clock=lambda: float(next(ticks)),
        )
        checked.update(report["checked"])
        if not report["truncated"]:
            break
        place = find_place(report["next_cursor"], listing=place.listing, is_key=is_stage)
        rounds += 1
    assert checked == whole
    steps_of_their_own = {"waves": 3, "quotas": 4}
    others = len(whole) - len(steps_of_their_own)
    assert rounds == sum(steps_of_their_own.values()) + others


@pytest.mark.parametrize(
    "stage", ["cards", "cards x", "people 1", "journal_entries -1", "", "cards "]
)
def test_a_cursor_that_no_walk_made_is_refused(shared_house: House, stage: str) -> None:
    cursor = Place(listing_of("ConsistencyQuery", {}), None).cursor(stage)
    answer = shared_house.get(f"/consistency?cursor={cursor}", "auditor")
    assert code(answer) == (422, "validation-failed")
    assert pointers(answer) == ["/cursor"]


@pytest.mark.parametrize(
    ("query", "pointer"),
    [("cursor=", "/cursor"), ("cursor=a&cursor=b", "/cursor"), ("limit=5", "/limit")],
)
def test_a_question_that_is_not_understood_is_refused_by_name(
    shared_house: House, query: str, pointer: str
) -> None:
    answer = shared_house.get(f"/consistency?{query}", "auditor")
    assert code(answer) == (422, "validation-failed")
    assert pointers(answer) == [pointer]


def test_a_walk_beside_writers_finds_nothing(house: House) -> None:
    """Seats are taken and given back all the time; every range is compared as it stands at one moment."""
    cards, class_id = house.award_many(8), house.put_class(declared_seats=6)
    stop = threading.Event()

    def come_and_go(card: HeldCard) -> None:
        while not stop.is_set():
            answer = house.enrol(card, class_id)
            if answer.status_code == 201:
                house.cancel(answer.get_json()["id"], "operator")

    with ThreadPoolExecutor(len(cards)) as pool:
        busy = [pool.submit(come_and_go, card) for card in cards]
        try:
            found = [house.differences() for _ in range(8)]
        finally:
            stop.set()
        for writer in busy:
            writer.result()
    assert found == [[]] * 8
    assert document(house.get("/consistency", "auditor"))["checked"]["enrolments"] > 8
