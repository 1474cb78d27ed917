"""Reading enrolments: each sees the own, the programme sees all, and nobody learns of what is another's."""

from __future__ import annotations

from typing import Any

import pytest

from chassis.clock import write_instant
from chassis.identifiers import new_id
from services.enrolment.domain.programme.clock import end_of_day
from tests.chassis.problem_documents import code, pointers
from tests.services.enrolment.domain.builders import RULES
from tests.services.enrolment.house import House, document, same_but_request_id
from vocabulary.zones import zone


def ids(answer: Any) -> list[str]:
    return [item["id"] for item in document(answer)["items"]]


def walk(house: House, path: str, role: str, *, meanwhile: Any = None, **claims: Any) -> list[str]:
    """Walk a list to its end, two at a time, doing something between the pages."""
    walked: list[str] = []
    cursor = ""
    while True:
        page = document(house.get(f"{path}limit=2{cursor}", role, **claims))
        walked += [item["id"] for item in page["items"]]
        if page["next_cursor"] is None:
            return walked
        cursor = f"&cursor={page['next_cursor']}"
        if meanwhile:
            meanwhile()


def test_a_holder_sees_the_own_enrolment_with_its_redeem_code(shared_house: House) -> None:
    provider = new_id()
    card, class_id = shared_house.award(), shared_house.put_class(provider_id=provider)
    taken = shared_house.enrolled(card, class_id)
    shown = document(shared_house.get(f"/enrolments/{taken['id']}", "holder", card=card.card_ref))
    assert shown.keys() == {
        "id",
        "status",
        "card_ref",
        "provider_id",
        "class",
        "price",
        "enrolled_at",
        "assisted",
        "redeem_code",
    }
    assert (shown["card_ref"], shown["provider_id"]) == (card.card_ref, provider)


@pytest.mark.parametrize("role", ["provider", "operator", "auditor"])
def test_others_see_an_enrolment_without_its_redeem_code(shared_house: House, role: str) -> None:
    provider = new_id()
    taken = shared_house.enrolled(
        shared_house.award(), shared_house.put_class(provider_id=provider)
    )
    shown = document(shared_house.get(f"/enrolments/{taken['id']}", role, provider=provider))
    assert shown["status"] == "confirmed"
    assert "redeem_code" not in shown
    assert taken["redeem_code"] not in str(shown)


def test_a_code_that_was_used_is_shown_no_more(shared_house: House) -> None:
    card = shared_house.award()
    taken = shared_house.enrolled(card, shared_house.put_class())
    shared_house.redeem(taken["id"], taken["redeem_code"], "holder", card=card.card_ref)
    shown = document(shared_house.get(f"/enrolments/{taken['id']}", "holder", card=card.card_ref))
    assert shown["status"] == "active"
    assert "redeem_code" not in shown


@pytest.mark.parametrize("suffix", ["", "/timeline"])
@pytest.mark.parametrize("role", ["holder", "provider"])
def test_what_is_anothers_answers_as_what_is_absent(
    shared_house: House, role: str, suffix: str
) -> None:
    taken = shared_house.enrolled(shared_house.award(), shared_house.put_class())
    stranger = shared_house.award()
    claims = {"card": stranger.card_ref} if role == "holder" else {"provider": new_id()}
    answers = [
        shared_house.get(f"/enrolments/{enrolment_id}{suffix}", role, **claims)
        for enrolment_id in (taken["id"], new_id())
    ]
    assert code(answers[0]) == (404, "not-found")
    assert same_but_request_id(*answers)


@pytest.mark.parametrize("role", ["holder", "provider"])
def test_a_token_bound_to_nothing_sees_nothing(shared_house: House, role: str) -> None:
    taken = shared_house.enrolled(shared_house.award(), shared_house.put_class())
    assert ids(shared_house.get("/enrolments", role)) == []
    assert shared_house.get(f"/enrolments/{taken['id']}", role).status_code == 404


def test_lists_hold_the_own_only_and_the_newest_first(shared_house: House) -> None:
    provider = new_id()
    class_id = shared_house.put_class(provider_id=provider)
    elsewhere = shared_house.put_class()
    cards = shared_house.award_many(3)
    mine = [shared_house.enrolled(card, class_id)["id"] for card in cards]
    other = shared_house.enrolled(shared_house.award(), elsewhere)["id"]
    assert ids(shared_house.get("/enrolments", "provider", provider=provider)) == mine[::-1]
    assert ids(shared_house.get("/enrolments", "holder", card=cards[1].card_ref)) == [mine[1]]
    for role in ("operator", "auditor"):
        assert ids(shared_house.get("/enrolments", role))[:4] == [other, *mine[::-1]]


def test_lists_are_narrowed_by_class_and_by_status(shared_house: House) -> None:
    one, other = shared_house.put_class(), shared_house.put_class()
    cards = shared_house.award_many(3)
    in_one = [shared_house.enrolled(card, one)["id"] for card in cards[:2]]
    in_other = shared_house.enrolled(cards[2], other)["id"]
    shared_house.cancel(in_one[0], "operator")
    by_class = shared_house.get(f"/enrolments?class_id={one}", "operator")
    assert ids(by_class) == in_one[::-1]
    still = shared_house.get(f"/enrolments?class_id={one}&status=confirmed", "auditor")
    assert ids(still) == [in_one[1]]
    assert in_other not in ids(shared_house.get("/enrolments?status=cancelled", "operator"))


def test_a_filter_never_shows_what_is_anothers(shared_house: House) -> None:
    class_id = shared_house.put_class()
    shared_house.enrolled(shared_house.award(), class_id)
    stranger = shared_house.award()
    path = f"/enrolments?class_id={class_id}"
    assert ids(shared_house.get(path, "holder", card=stranger.card_ref)) == []
    assert ids(shared_house.get(path, "provider", provider=new_id())) == []


@pytest.mark.parametrize("role", ["provider", "operator", "auditor"])
def test_a_walk_neither_skips_nor_repeats_while_others_enrol_and_cancel(
    shared_house: House, role: str
) -> None:
    provider = new_id()
    class_id = shared_house.put_class(provider_id=provider, declared_seats=50)
    cards = shared_house.award_many(9)
    there = [shared_house.enrolled(card, class_id)["id"] for card in cards]
    cancelled = iter(there)

    def others() -> None:
        shared_house.enrolled(shared_house.award(), class_id)
        shared_house.cancel(next(cancelled), "operator")

    walked = walk(
        shared_house,
        f"/enrolments?class_id={class_id}&",
        role,
        provider=provider,
        meanwhile=others,
    )
    assert walked == there[::-1]


def test_a_holder_walks_the_own_history(shared_house: House) -> None:
    card = shared_house.award()
    mine = []
    for _ in range(5):
        taken = shared_house.enrolled(card, shared_house.put_class())
        mine.append(taken["id"])
        shared_house.cancel(taken["id"], "holder", card=card.card_ref)
    assert walk(shared_house, "/enrolments?", "holder", card=card.card_ref) == mine[::-1]


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("limit=0", "/limit"),
        ("limit=201", "/limit"),
        ("limit=ten", "/limit"),
        ("limit=1e2", "/limit"),
        ("limit=%D9%A1", "/limit"),
        ("limit=99999999999999999999", "/limit"),
        ("limit=1&limit=2", "/limit"),
        ("cursor=", "/cursor"),
        ("cursor=abc", "/cursor"),
        ("cursor=WyJhYmMiXQ==", "/cursor"),
        ("cursor=WyJcdWQ4MDAiXQ==", "/cursor"),
        ("cursor=bnVsbA==", "/cursor"),
        ("cursor=" + "W1tb" * 900, "/cursor"),
        ("limit=", "/limit"),
        ("class_id=", "/class_id"),
        ("status=", "/status"),
        ("class_id=1", "/class_id"),
        ("class_id=17.71", "/class_id"),
        ("status=promised", "/status"),
        ("sort=price", "/sort"),
        ("status=%00", "/status"),
    ],
)
def test_a_query_that_makes_no_sense_is_refused_by_name(
    shared_house: House, query: str, pointer: str
) -> None:
    answer = shared_house.get(f"/enrolments?{query}", "operator")
    assert code(answer) == (422, "validation-failed")
    assert pointers(answer) == [pointer]


@pytest.mark.parametrize(
    "enrolment_id", ["1", "x" * 36, new_id().upper(), f"{new_id()}%00", f"{{{new_id()}}}"]
)
@pytest.mark.parametrize("suffix", ["", "/timeline"])
def test_an_id_of_the_wrong_kind_is_not_found(
    shared_house: House, enrolment_id: str, suffix: str
) -> None:
    answer = shared_house.get(f"/enrolments/{enrolment_id}{suffix}", "operator")
    assert code(answer) == (404, "not-found")


def test_the_timeline_tells_what_happened_and_who_is_next(shared_house: House) -> None:
    card = shared_house.award()
    class_id = shared_house.put_class()
    taken = shared_house.enrolled(card, class_id)
    known = {"card": card.card_ref}

    def timeline() -> Any:
        return document(shared_house.get(f"/enrolments/{taken['id']}/timeline", "holder", **known))

    first = timeline()
    assert [(e["kind"], e["role"]) for e in first["events"]] == [("enrolment-confirmed", "holder")]
    assert first["next"] == {
        "action": "redemption",
        "actor": "holder",
        "due_at": taken["class"]["starts_at"],
        "overdue": False,
    }
    shared_house.redeem(taken["id"], taken["redeem_code"], "holder", **known)
    second = timeline()
    assert (second["status"], second["next"]["actor"]) == ("active", "provider")
    ends_at = shared_house.service.database.reading()
    with ends_at as connection:
        training_class = shared_house.service.stores.classes.read(connection, class_id)
    assert training_class is not None
    due = end_of_day(training_class.ends_at + RULES.result_due, zone(training_class.zone))
    assert second["next"]["due_at"] == write_instant(due)
    shared_house.cancel(taken["id"], "operator", reason="Ruang kelas terbakar")
    last = timeline()
    assert (last["status"], last["next"]) == ("cancelled", None)
    assert [(e["kind"], e["role"], e["reason"]) for e in last["events"]] == [
        ("enrolment-confirmed", "holder", None),
        ("enrolment-redeemed", "holder", None),
        ("enrolment-cancelled", "operator", "Ruang kelas terbakar"),
    ]
    positions = [event["position"] for event in last["events"]]
    assert positions == sorted(positions)


def test_a_second_try_in_the_same_class_has_a_timeline_of_its_own(shared_house: House) -> None:
    card, class_id = shared_house.award(), shared_house.put_class()
    first = shared_house.enrolled(card, class_id)
    shared_house.cancel(first["id"], "operator")
    second = shared_house.enrolled(card, class_id)
    shown = document(shared_house.get(f"/enrolments/{second['id']}/timeline", "operator"))
    assert [event["kind"] for event in shown["events"]] == ["enrolment-confirmed"]
