"""A seat is taken, by its holder or with help, shown to its provider, and hidden from everybody else."""

from __future__ import annotations

import csv
import io
import json
import uuid

from tests.journeys import bodies
from tests.journeys.world import World


def test_a_holder_sees_the_card_takes_a_seat_and_reads_what_happened(world: World) -> None:
    offer = world.offer(seats=3)
    (card,) = world.cards(1)
    holder = world.holder(card.ref)
    before = holder.read("/cards/me")
    assert (before["status"], before["balance"]) == ("awarded", 3_500_000)
    assert before["deadline"] is not None
    assert card.number not in json.dumps(before)

    enrolment = holder.post("/enrolments", offer.wish())
    assert (enrolment["status"], enrolment["price"]) == ("confirmed", offer.price)
    assert enrolment["balance"] == 3_500_000 - offer.price

    after = holder.read("/cards/me")
    assert (after["status"], after["balance"]) == ("in_training", enrolment["balance"])
    (mine,) = holder.items("/enrolments")
    assert (mine["id"], mine["redeem_code"]) == (enrolment["id"], enrolment["redeem_code"])
    assert holder.read(f"/enrolments/{enrolment['id']}") == mine

    timeline = holder.read(f"/enrolments/{enrolment['id']}/timeline")
    (event,) = timeline["events"]
    assert (event["kind"], event["position"]) == ("enrolment-confirmed", enrolment["position"])
    assert (timeline["next"]["actor"], timeline["next"]["action"]) == ("holder", "redemption")

    movements = holder.items("/cards/me/statement")
    assert [(m["from"], m["to"], m["amount"]) for m in movements] == [
        ("state", "card", 3_500_000),
        ("card", "set_aside", offer.price),
    ]


def test_a_holder_sees_nothing_of_anybody_else(world: World) -> None:
    offer = world.offer(seats=3)
    owner, stranger = world.cards(2)
    enrolment = world.holder(owner.ref).post("/enrolments", offer.wish())
    nosy = world.holder(stranger.ref)
    theirs = f"/enrolments/{enrolment['id']}"
    absent = f"/enrolments/{uuid.uuid4()}"
    for suffix, method, body in (
        ("", "GET", None),
        ("/timeline", "GET", None),
        ("/cancellation", "POST", {"reason": "Iseng saja"}),
        ("/redemption", "POST", {"redeem_code": enrolment["redeem_code"]}),
    ):
        seen = nosy.refused(method, theirs + suffix, 404, "not-found", body=body)
        unseen = nosy.refused(method, absent + suffix, 404, "not-found", body=body)
        assert {**seen, "request_id": ""} == {**unseen, "request_id": ""}
    assert nosy.items("/enrolments") == []
    nosy.refused("GET", f"/classes/{offer.class_id}/roster", 403, "forbidden")
    nosy.refused("GET", "/log/entries", 403, "forbidden")


def test_an_officer_enrols_people_of_the_own_region_and_knows_of_no_card_elsewhere(
    world: World,
) -> None:
    offer = world.offer(seats=3, mode="offline")
    (card,) = world.cards(1, scheme="offline", regency="17.71")
    wish = offer.wish(card_number=card.number, consent=True)
    unknown = {**wish, "card_number": "9" * 16}
    wanted = {"card_number": card.number, "reason": "Mendaftarkan di loket"}
    for elsewhere in ("32", "17.01"):
        away = world.officer(elsewhere)
        seen = away.refused("POST", "/enrolments", 404, "card-not-found", body=wish)
        unseen = away.refused("POST", "/enrolments", 404, "card-not-found", body=unknown)
        assert {**seen, "request_id": ""} == {**unseen, "request_id": ""}
        away.refused("POST", "/cards/lookup", 404, "card-not-found", body=wanted)
    for near in ("17", "17.71"):
        assert world.officer(near).post("/cards/lookup", wanted)["card_ref"] == card.ref
    looked_up = world.journal("enrolment", kind="card-looked-up", region="17.71")
    told = [e["body"] for e in looked_up if e["card_ref"] == card.ref]
    assert [body["shown"] for body in told] == [False, False, False, False, True, True]
    assert {body["reason"] for body in told} == {
        "Mendaftarkan di loket",
        "Enrolment refused: card-not-found",
    }
    enrolment = world.officer("17").post("/enrolments", wish)
    assert world.holder(card.ref).read(f"/enrolments/{enrolment['id']}")["status"] == "confirmed"
    (entry,) = world.journal("enrolment", class_id=offer.class_id, kind="enrolment-confirmed")
    assert (entry["role"], entry["card_ref"], entry["region"]) == ("officer", card.ref, "17.71")
    assert entry["body"]["assisted"] is entry["body"]["consent"] is True


def test_a_provider_reads_who_comes_and_redeems_what_they_show(world: World) -> None:
    offer = world.offer(seats=3)
    cards = world.cards(2)
    taken = [world.holder(card.ref).post("/enrolments", offer.wish()) for card in cards]
    staff = world.provider(offer.provider_id)
    roster = f"/classes/{offer.class_id}/roster"

    rows = staff.read(roster)["items"]
    assert [row["enrolment_id"] for row in rows] == [one["id"] for one in taken]
    assert all(row["name"] for row in rows)
    table = staff.get(roster, accept="text/csv")
    assert table.headers["Content-Type"].startswith("text/csv")
    as_text = [{name: str(value) for name, value in row.items()} for row in rows]
    assert list(csv.DictReader(io.StringIO(table.text))) == as_text
    assert taken[0]["redeem_code"] not in table.text
    rival = world.provider(world.approved_provider())
    rival.refused("GET", roster, 404, "not-found")

    path = f"/enrolments/{taken[0]['id']}"
    shown, wrong = {"redeem_code": taken[0]["redeem_code"]}, {"redeem_code": "AAAAAAAAAA"}
    rival.refused("POST", f"{path}/redemption", 404, "not-found", body=shown)
    staff.refused("POST", f"{path}/redemption", 422, "redeem-code-wrong", body=wrong)
    assert staff.post(f"{path}/redemption", shown)["status"] == "active"
    following = world.holder(cards[0].ref).read(f"{path}/timeline")
    assert [event["kind"] for event in following["events"]] == [
        "enrolment-confirmed",
        "enrolment-redeemed",
    ]
    assert following["next"]["actor"] == "provider"
    reads = world.journal("enrolment", class_id=offer.class_id, kind="roster-read")
    assert [entry["body"] for entry in reads] == [{"people": 2, "reason": "own class"}] * 2


def test_who_may_write_nothing_writes_nothing(world: World) -> None:
    offer = world.offer(seats=1)
    for caller, status, code in (
        (world.public, 401, "unauthenticated"),
        (world.auditor, 403, "forbidden"),
    ):
        for method, path, body in (
            ("POST", "/waves", bodies.wave("Gelombang liar")),
            ("POST", f"/waves/{uuid.uuid4()}/admissions", {"candidates": [{}]}),
            ("POST", "/enrolments", offer.wish()),
            ("POST", f"/enrolments/{uuid.uuid4()}/cancellation", {"reason": "Tidak ada"}),
            ("POST", "/courses", bodies.course("online")),
            ("POST", f"/courses/{offer.course_id}/decision", {"decision": "archived"}),
            ("POST", f"/classes/{offer.class_id}/cancellation", {"reason": "Tidak ada"}),
        ):
            caller.refused(method, path, status, code, body=body)
