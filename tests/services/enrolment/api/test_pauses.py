"""Pausing admissions and enrolments, everywhere or in a region."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from chassis.identifiers import new_id
from tests.chassis.problem_documents import code, pointers, problem
from tests.services.enrolment.house import House, document

MESSAGE = "Pemeliharaan sampai pukul 12.00 WIB."


def pause(house: House, what: str, region: str | None = None) -> dict[str, Any]:
    body = {"what": what, "region": region, "message": MESSAGE}
    begun: dict[str, Any] = document(house.post("/pauses", body, "operator"), 201)
    return begun


def end(house: House, pause_id: str) -> None:
    document(house.post(f"/pauses/{pause_id}/end", {"reason": "Selesai"}, "operator"))


def test_nobody_enrols_while_enrolments_are_paused_and_everybody_sees_why(house: House) -> None:
    card, class_id = house.award(), house.put_class()
    begun = pause(house, "enrolments")
    assert document(house.get("/pauses"))["items"] == [begun]
    refused = house.enrol(card, class_id, key="the-same-key")
    assert code(refused) == (409, "enrolments-paused")
    assert problem(refused)["detail"] == MESSAGE
    end(house, begun["id"])
    assert document(house.get("/pauses"))["items"] == []
    house.enrolled(card, class_id, key="the-same-key")


def test_what_people_have_stays_theirs_while_enrolments_are_paused(house: House) -> None:
    first, second = house.award_many(2)
    class_id = house.put_class()
    taken = [house.enrolled(card, class_id) for card in (first, second)]
    pause(house, "enrolments")
    document(house.cancel(taken[0]["id"], "holder", card=first.card_ref))
    shown = house.redeem(taken[1]["id"], taken[1]["redeem_code"], "holder", card=second.card_ref)
    assert document(shown)["status"] == "active"


@pytest.mark.parametrize("region", ["32", "32.73"])
def test_a_pause_in_a_region_is_for_its_people_alone(house: House, region: str) -> None:
    here, there = house.award(regency="32.73"), house.award(regency="17.71")
    class_id = house.put_class()
    pause(house, "enrolments", region)
    assert code(house.enrol(here, class_id)) == (409, "enrolments-paused")
    house.enrolled(there, class_id)


def test_a_candidate_of_a_region_where_admissions_are_paused_is_refused_by_row(
    house: House,
) -> None:
    people = [next(house.supply) for _ in range(2)]
    pause(house, "admissions", "32")
    rows = [
        person.row(regency=code) for person, code in zip(people, ("32.73", "17.71"), strict=True)
    ]
    answer = document(house.admit(rows))
    assert [row["index"] for row in answer["admitted"]] == [1]
    assert answer["refused"] == [{"index": 0, "code": "admissions-paused", "detail": MESSAGE}]
    house.enrolled(house.award(regency="17.71"), house.put_class())


def test_pauses_are_journaled_with_who_and_why(house: House) -> None:
    body = {"what": "admissions", "region": "17", "message": MESSAGE}
    begun = document(house.post("/pauses", body, "operator", subject="operator:rina"), 201)
    end(house, begun["id"])
    first, second = house.entries()[-2:]
    assert (first["kind"], first["actor"], first["region"]) == (
        "pause-begun",
        "operator:rina",
        "17",
    )
    assert first["body"] == {"pause_id": begun["id"], "what": "admissions", "message": MESSAGE}
    assert (second["kind"], second["body"]["reason"]) == ("pause-ended", "Selesai")


def test_the_same_is_paused_once_at_a_place(house: House) -> None:
    begun = pause(house, "enrolments", "17")
    again = {"what": "enrolments", "region": "17", "message": "Sekali lagi"}
    refused = house.post("/pauses", again, "operator")
    assert code(refused) == (409, "paused-already")
    assert problem(refused)["pause_id"] == begun["id"]
    pause(house, "enrolments")
    pause(house, "admissions", "17")
    assert len(document(house.get("/pauses"))["items"]) == 3


def test_of_many_who_pause_the_same_at_once_one_does(house: House) -> None:
    start = threading.Barrier(8)
    body = {"what": "enrolments", "region": None, "message": MESSAGE}

    def post(_: int) -> int:
        start.wait()
        return house.post("/pauses", body, "operator").status_code

    with ThreadPoolExecutor(8) as pool:
        statuses = Counter(pool.map(post, range(8)))
    assert statuses == {201: 1, 409: 7}


def test_a_pause_that_is_not_in_force_cannot_be_ended(house: House) -> None:
    begun = pause(house, "enrolments")
    end(house, begun["id"])
    for pause_id in (begun["id"], new_id()):
        answer = house.post(f"/pauses/{pause_id}/end", {"reason": "Selesai"}, "operator")
        assert code(answer) == (404, "not-found")


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"what": "redemptions"}, "/what"),
        ({"region": "99"}, "/region"),
        ({"region": 17}, "/region"),
        ({"message": ""}, "/message"),
        ({"message": "NIK 3273014101900001"}, "/message"),
        ({"until": "2026-12-01"}, "/until"),
    ],
)
def test_a_pause_that_cannot_be_read_is_refused_by_the_field(
    shared_house: House, changes: dict[str, Any], pointer: str
) -> None:
    body = {"what": "enrolments", "region": None, "message": MESSAGE, **changes}
    answer = shared_house.post("/pauses", body, "operator")
    assert code(answer) == (422, "validation-failed")
    assert pointers(answer) == [pointer]
    assert document(shared_house.get("/pauses"))["items"] == []
