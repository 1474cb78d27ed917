"""Quotas: set by operators, taken by cards, seen by everybody; how much is used, in tens."""

from __future__ import annotations

from itertools import islice
from typing import Any

import pytest
import sqlalchemy as sa

from chassis.identifiers import new_id
from tests.chassis.problem_documents import code, pointers
from tests.services.enrolment.api.test_undoing import preview
from tests.services.enrolment.house import House, document

WHY = "Keputusan kuota gelombang 71"


def set_places(house: House, wave_id: str, *rows: dict[str, Any], **options: Any) -> Any:
    body = {"quotas": list(rows), "reason": WHY}
    return house.post(f"/waves/{wave_id}/quotas", body, "operator", **options)


def used(house: House, wave_id: str) -> list[tuple[int, int, int]]:
    items = document(house.get(f"/quotas?wave_id={wave_id}", "operator"))["items"]
    return [(each["places"], each["used"], each["left"]) for each in reversed(items)]


def of_programme(house: House) -> dict[str, dict[str, Any]]:
    items = document(house.get("/quotas?limit=200", "operator"))["items"]
    return {each["scheme"]: each for each in items if each["wave_id"] is None}


def candidates(house: House, count: int, **changes: Any) -> list[dict[str, Any]]:
    return [person.row(**changes) for person in islice(house.supply, count)]


def codes(answer: Any) -> list[str]:
    return [row["code"] for row in document(answer)["refused"]]


def test_a_card_takes_a_place_in_every_quota_that_counts_it(shared_house: House) -> None:
    wave_id = shared_house.open_wave()
    set_places(
        shared_house,
        wave_id,
        {"places": 100},
        {"region": "32", "places": 50},
        {"scheme": "digital", "region": "32.73", "cluster": "pmi", "places": 3},
        {"scheme": "offline", "places": 7},
    )
    rows = [
        *candidates(shared_house, 2, cluster="pmi"),
        *candidates(shared_house, 1, regency="33.74"),
        *candidates(shared_house, 1, scheme="offline"),
    ]
    assert codes(shared_house.admit(rows, wave_id=wave_id)) == []
    assert used(shared_house, wave_id) == [(100, 4, 96), (50, 3, 47), (3, 2, 1), (7, 1, 6)]
    assert shared_house.differences() == []


def test_who_finds_a_quota_full_is_told_which_and_the_others_are_admitted(
    shared_house: House,
) -> None:
    wave_id = shared_house.open_wave()
    [full] = document(set_places(shared_house, wave_id, {"region": "32.73", "places": 1}))["items"]
    rows = [*candidates(shared_house, 2), *candidates(shared_house, 1, regency="33.74")]
    answer = document(shared_house.admit(rows, wave_id=wave_id))
    assert [row["index"] for row in answer["admitted"]] == [0, 2]
    [refused] = answer["refused"]
    assert (refused["index"], refused["code"]) == (1, "quota-full")
    assert refused["quota_id"] == full["id"]
    assert used(shared_house, wave_id) == [(1, 1, 0)]


def test_the_programme_s_own_quotas_are_those_of_the_rules_in_force(house: House) -> None:
    before = of_programme(house)
    assert {s: (q["places"], q["used"]) for s, q in before.items()} == {
        "digital": (1_500_000, 0),
        "offline": (500_000, 0),
    }
    house.admit([*candidates(house, 2), *candidates(house, 1, scheme="offline")])
    after = of_programme(house)
    assert {s: (q["used"], q["left"]) for s, q in after.items()} == {
        "digital": (2, 1_499_998),
        "offline": (1, 499_999),
    }


def test_a_quota_that_is_added_later_counts_the_cards_that_are_there(shared_house: House) -> None:
    wave_id = shared_house.open_wave()
    shared_house.admit(candidates(shared_house, 2), wave_id=wave_id)
    shared_house.admit(candidates(shared_house, 1, regency="33.74"), wave_id=wave_id)
    rows = [
        {"region": "32", "places": 2},
        {"scheme": "offline", "places": 9},
        {"scheme": "digital", "region": "33.74", "places": 0},
    ]
    answer = document(set_places(shared_house, wave_id, *rows))
    assert [(q["places"], q["used"], q["left"]) for q in answer["items"]] == [
        (2, 2, 0),
        (9, 0, 9),
        (0, 1, 0),
    ]
    assert codes(shared_house.admit(candidates(shared_house, 1), wave_id=wave_id)) == ["quota-full"]


def test_places_are_raised_and_lowered_and_nobody_is_put_out(shared_house: House) -> None:
    wave_id = shared_house.open_wave()
    first = document(set_places(shared_house, wave_id, {"places": 2}))["items"]
    shared_house.admit(candidates(shared_house, 3), wave_id=wave_id)
    for places, left in ((1, 0), (3, 1)):
        again = document(set_places(shared_house, wave_id, {"places": places}))["items"]
        assert again == [{**first[0], "places": places, "used": 2, "left": left}]
    assert codes(shared_house.admit(candidates(shared_house, 2), wave_id=wave_id)) == ["quota-full"]
    assert used(shared_house, wave_id) == [(3, 3, 0)]


def test_an_undone_admission_gives_the_places_back(house: House) -> None:
    house.wave_id = house.open_wave()
    set_places(house, house.wave_id, {"places": 2}, {"region": "32.73", "places": 9})
    set_places(house, house.wave_id, {"places": 1})
    admission = document(house.admit(candidates(house, 1)))["admission_id"]
    assert codes(house.admit(candidates(house, 1))) == ["quota-full"]
    seen = {"reason": WHY, "preview": preview(house, admission)["preview"]}
    document(house.post(f"/admissions/{admission}/undo", seen, "operator"))
    assert used(house, house.wave_id) == [(1, 0, 1), (9, 0, 9)]
    assert of_programme(house)["digital"]["used"] == 0
    assert codes(house.admit(candidates(house, 2))) == ["quota-full"]
    assert house.differences() == []


def test_setting_quotas_is_journaled_with_who_did_it_and_why(shared_house: House) -> None:
    wave_id = shared_house.open_wave()
    row = {"scheme": "digital", "region": "32", "cluster": "pmi", "places": 5}
    set_places(shared_house, wave_id, row, subject="operator:rina")
    entry = shared_house.entries()[-1]
    assert (entry["kind"], entry["actor"]) == ("quotas-set", "operator:rina")
    assert entry["body"] == {"wave_id": wave_id, "reason": WHY, "quotas": [row]}


def test_the_same_key_sets_quotas_once(shared_house: House) -> None:
    wave_id = shared_house.open_wave()
    answers = [set_places(shared_house, wave_id, {"places": 2}, key="quota-key-1") for _ in "ab"]
    assert answers[0].data == answers[1].data
    told = [e for e in shared_house.entries() if e["kind"] == "quotas-set"]
    assert [e["body"]["wave_id"] for e in told].count(wave_id) == 1


def test_quotas_are_found_by_exactly_what_they_count(shared_house: House) -> None:
    wave_id = shared_house.open_wave()
    set_places(
        shared_house,
        wave_id,
        {"places": 1},
        {"scheme": "digital", "places": 2},
        {"region": "32", "cluster": "pmi", "places": 3},
    )
    for query, places in (
        ("", [3, 2, 1]),
        ("&scheme=digital", [2]),
        ("&region=32&cluster=pmi", [3]),
        ("&region=32.73", []),
    ):
        items = document(shared_house.get(f"/quotas?wave_id={wave_id}{query}"))["items"]
        assert [each["places"] for each in items] == places
    first = document(shared_house.get(f"/quotas?wave_id={wave_id}&limit=2"))
    path = f"/quotas?wave_id={wave_id}&cursor={first['next_cursor']}"
    assert [each["places"] for each in document(shared_house.get(path))["items"]] == [1]


@pytest.mark.parametrize(
    ("row", "pointer"),
    [
        ({"places": -1}, "/quotas/0/places"),
        ({"places": "5"}, "/quotas/0/places"),
        ({}, "/quotas/0/places"),
        ({"places": 1, "scheme": "both"}, "/quotas/0/scheme"),
        ({"places": 1, "region": "3"}, "/quotas/0/region"),
        ({"places": 1, "region": "99.01"}, "/quotas/0/region"),
        ({"places": 1, "cluster": "friends"}, "/quotas/0/cluster"),
        ({"places": 1, "wave_id": new_id()}, "/quotas/0/wave_id"),
    ],
)
def test_a_wrong_quota_is_refused_by_name_and_none_is_set(
    shared_house: House, row: dict[str, Any], pointer: str
) -> None:
    wave_id = shared_house.open_wave()
    before = shared_house.tables()
    answer = set_places(shared_house, wave_id, row, {"places": 5})
    assert code(answer) == (422, "validation-failed")
    assert pointers(answer) == [pointer]
    assert shared_house.tables() == before


def test_the_same_quota_twice_in_a_request_is_refused(shared_house: House) -> None:
    wave_id = shared_house.open_wave()
    answer = set_places(
        shared_house,
        wave_id,
        {"scheme": "digital", "places": 5},
        {"places": 5},
        {"scheme": "digital", "cluster": None, "places": 6},
    )
    assert code(answer) == (422, "validation-failed")
    assert pointers(answer) == ["/quotas/2/scheme"]


@pytest.mark.parametrize("count", [0, 501])
def test_none_and_more_than_five_hundred_are_refused(shared_house: House, count: int) -> None:
    answer = set_places(shared_house, shared_house.open_wave(), *[{"places": 1}] * count)
    assert code(answer) == (422, "validation-failed")
    assert pointers(answer) == ["/quotas"]


def test_a_wave_that_nobody_opened_has_no_quotas(shared_house: House) -> None:
    assert code(set_places(shared_house, new_id(), {"places": 1})) == (404, "not-found")
    assert document(shared_house.get(f"/quotas?wave_id={new_id()}"))["items"] == []


def test_the_database_lets_no_quota_be_overdrawn(house: House) -> None:
    wave_id = house.open_wave()
    set_places(house, wave_id, {"places": 2})
    with pytest.raises(sa.exc.IntegrityError, match="quota_never_overdrawn"), house.as_owner() as c:
        c.execute(sa.text("update quota set used = 3 where places = 2"))


def test_the_public_is_told_in_tens_how_much_is_used(shared_house: House) -> None:
    wave_id = shared_house.open_wave()
    set_places(shared_house, wave_id, {"places": 40}, {"region": "32.73", "places": 4})
    set_places(shared_house, wave_id, {"region": "33.74", "places": 9})
    rows = [*candidates(shared_house, 4), *candidates(shared_house, 8, regency="33.74")]
    assert codes(shared_house.admit(rows, wave_id=wave_id)) == []
    items = document(shared_house.get(f"/quotas?wave_id={wave_id}"))["items"]
    told = {each["region"]: (each["places"], each["used"], each["left"]) for each in items}
    assert told == {None: (40, 10, 30), "32.73": (4, "<10", "<10"), "33.74": (9, "<10", "<10")}
    assert used(shared_house, wave_id) == [(40, 12, 28), (4, 4, 0), (9, 8, 1)]


def test_an_explanation_tells_as_much_of_a_quota_as_its_list(shared_house: House) -> None:
    wave_id = shared_house.open_wave()
    set_places(shared_house, wave_id, {"region": "32.73", "places": 3})
    shared_house.admit(candidates(shared_house, 3), wave_id=wave_id)
    asked = {"birth_date": "1990-05-15", "regency": "32.73", "scheme": "digital"}
    body = {"candidate": {**asked, "wave_id": wave_id}}
    for role, claims, tells in (
        ("operator", {}, 3),
        ("auditor", {}, 3),
        ("officer", {}, "<10"),
        ("holder", {"card": new_id()}, "<10"),
    ):
        told = document(shared_house.post("/rules/explanation", body, role, **claims))
        assert told["refused_by"] == "quota-full"
        assert told["checks"][-1]["compared"]["used"] == tells
