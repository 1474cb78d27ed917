"""Waves: opened by the operator, seen by everybody."""

from __future__ import annotations

import pytest

from chassis.identifiers import new_id
from tests.chassis.problem_documents import code, pointers
from tests.services.enrolment.house import House, document

WINDOW = {
    "name": "Gelombang 71",
    "opens_at": "2026-11-01T08:00:00+07:00",
    "closes_at": "2026-11-30T17:00:00Z",
}


def test_the_operator_opens_a_wave_that_everybody_sees(shared_house: House) -> None:
    answer = shared_house.post("/waves", WINDOW, "operator")
    opened = document(answer, 201)
    assert opened == {
        "id": opened["id"],
        "name": "Gelombang 71",
        "opens_at": "2026-11-01T01:00:00.000000Z",
        "closes_at": "2026-11-30T17:00:00.000000Z",
        "admitted": 0,
        "selection": "first-come",
        "draw": None,
    }
    assert answer.headers["Location"] == f"/api/v1/waves/{opened['id']}"
    assert document(shared_house.get(f"/waves/{opened['id']}")) == opened
    assert opened in document(shared_house.get("/waves"))["items"]


def test_opening_a_wave_is_journaled_with_who_did_it(shared_house: House) -> None:
    answer = shared_house.post("/waves", WINDOW, "operator", subject="operator:rina")
    entry = shared_house.entries()[-1]
    assert (entry["kind"], entry["actor"], entry["role"]) == (
        "wave-opened",
        "operator:rina",
        "operator",
    )
    assert entry["request_id"] == answer.headers["X-Request-Id"]
    assert entry["body"]["wave_id"] == document(answer, 201)["id"]


def test_a_wave_that_closes_before_it_opens_is_refused(shared_house: House) -> None:
    before = shared_house.tables()
    backwards = {**WINDOW, "closes_at": WINDOW["opens_at"]}
    answer = shared_house.post("/waves", backwards, "operator")
    assert code(answer) == (422, "validation-failed")
    assert pointers(answer) == ["/closes_at"]
    assert shared_house.tables() == before


def test_the_same_key_opens_one_wave(shared_house: House) -> None:
    answers = [shared_house.post("/waves", WINDOW, "operator", key="wave-key-1") for _ in range(2)]
    assert answers[0].data == answers[1].data
    assert answers[0].headers["Location"] == answers[1].headers["Location"]


@pytest.mark.parametrize("wave_id", [new_id(), "71", new_id().upper()])
def test_a_wave_that_is_not_there_is_not_found(shared_house: House, wave_id: str) -> None:
    assert code(shared_house.get(f"/waves/{wave_id}")) == (404, "not-found")


def test_a_walk_over_waves_neither_skips_nor_repeats_while_others_are_opened(
    shared_house: House,
) -> None:
    known = {shared_house.open_wave() for _ in range(7)}
    walked: list[str] = []
    cursor = ""
    while True:
        page = document(shared_house.get(f"/waves?limit=3{cursor}"))
        walked += [wave["id"] for wave in page["items"]]
        shared_house.open_wave()
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert len(walked) == len(set(walked))
    assert known <= set(walked)
    assert walked == sorted(walked, reverse=True)


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("limit=0", "/limit"),
        ("limit=", "/limit"),
        ("limit=99999999999999999999", "/limit"),
        ("limit=1&limit=2", "/limit"),
        ("cursor=", "/cursor"),
        ("cursor=x", "/cursor"),
        ("status=open", "/status"),
    ],
)
@pytest.mark.parametrize("path", ["/waves", "/cards/me/statement"])
def test_a_list_that_is_asked_for_wrongly_says_by_which_name(
    shared_house: House, path: str, query: str, pointer: str
) -> None:
    answer = shared_house.get(f"{path}?{query}", "holder", card=new_id())
    assert code(answer) == (422, "validation-failed")
    assert pointers(answer) == [pointer]


def test_a_walk_over_waves_does_not_go_on_in_another_list(shared_house: House) -> None:
    for _ in range(2):
        shared_house.open_wave()
    cursor = document(shared_house.get("/waves?limit=1"))["next_cursor"]
    assert shared_house.get(f"/waves?cursor={cursor}").status_code == 200
    for path, role in (
        ("/cards/me/statement", "holder"),
        ("/enrolments", "holder"),
        ("/consistency", "auditor"),
    ):
        answer = shared_house.get(f"{path}?cursor={cursor}", role, card=new_id())
        assert code(answer) == (422, "validation-failed")
        assert pointers(answer) == ["/cursor"]
