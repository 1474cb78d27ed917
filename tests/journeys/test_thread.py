"""The whole thread, each step by the kind of user whose it is, through the gateway and nothing else."""

from __future__ import annotations

import csv
import io
import json
import uuid
from collections.abc import Iterable
from typing import Any

from tests.journeys import bodies
from tests.journeys.answers import problem
from tests.journeys.api import Api
from tests.journeys.world import Offer, World
from tests.waiting import eventually


def test_a_course_goes_from_an_application_to_online_and_offline_classes_that_can_be_enrolled_in(
    world: World,
) -> None:
    applicant = world.public.post("/providers", bodies.application("LPK Perjalanan Panjang"))
    assert applicant["status"] == "applied"
    assert "email" not in applicant
    provider_id = applicant["id"]
    staff = world.provider(provider_id)
    world.public.refused("GET", f"/providers/{provider_id}", 404, "not-found")
    staff.refused("POST", "/courses", 409, "provider-not-approved", body=bodies.course("online"))

    _decide(world, f"/providers/{provider_id}", "approved")
    assert world.public.read(f"/providers/{provider_id}")["name"] == "LPK Perjalanan Panjang"

    for mode in ("online", "offline"):
        course_id = _mended_course(world, staff, mode)
        plan = bodies.training_class(mode, seats=12)
        made = staff.post(f"/courses/{course_id}/classes", plan)
        world.wait_until_known(made["id"])
        seen = world.public.read(f"/classes/{made['id']}")
        assert (seen["mode"], seen["seats"], seen["seats_left"]) == (mode, 12, 12)
        exact = world.public.read(f"/classes/{made['id']}/availability")
        assert (exact["seats"], exact["held"], exact["seats_left"]) == (12, 0, 12)
        listed = world.public.items(f"/classes?course={course_id}")
        assert [one["id"] for one in listed] == [made["id"]]


def _mended_course(world: World, staff: Api, mode: str) -> str:
    """Have a course returned once, mended and published; nobody outside sees it before."""
    drafted = staff.post("/courses", bodies.course(mode, summary="Singkat."))
    path = f"/courses/{drafted['id']}"
    staff.post(f"{path}/submission")
    staff.refused(
        "POST",
        f"{path}/classes",
        409,
        "course-not-published",
        body=bodies.training_class(mode, seats=5),
    )
    _decide(world, path, "returned", reason="Ringkasan terlalu singkat")
    returned = staff.read(path)
    assert (returned["status"], returned["reason"]) == ("returned", "Ringkasan terlalu singkat")

    assert staff.patch(path, {"summary": "Mengelas pelat."})["status"] == "returned"
    world.public.refused("GET", path, 404, "not-found")
    world.provider(world.approved_provider()).refused("GET", path, 404, "not-found")
    staff.post(f"{path}/submission")
    _decide(world, path, "published")
    shown = world.public.read(path)
    assert (shown["status"], shown["summary"]) == ("published", "Mengelas pelat.")
    assert "reason" not in shown
    course_id: str = drafted["id"]
    return course_id


def _decide(world: World, path: str, decision: str, *, reason: str = "Sesuai") -> None:
    answer = world.operator.post(f"{path}/decision", {"decision": decision, "reason": reason})
    assert answer["status"] == decision


def test_a_holder_sees_the_card_takes_a_seat_and_reads_what_happened(world: World) -> None:
    offer = world.offer(seats=3)
    (card,) = world.cards(1)
    holder = world.holder(card.ref)
    before = holder.read("/cards/me")
    assert (before["status"], before["balance"]) == ("awarded", 3_500_000)
    assert before["deadline"] is not None
    assert card.number not in json.dumps(before)

    enrolment = holder.post("/enrolments", _wish(offer))
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
    enrolment = world.holder(owner.ref).post("/enrolments", _wish(offer))
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
    wish = {**_wish(offer), "card_number": card.number}
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
    assert [body["shown"] for body in told] == [False, False, True, True]
    assert {body["reason"] for body in told} == {"Mendaftarkan di loket"}
    enrolment = world.officer("17").post("/enrolments", wish)
    assert world.holder(card.ref).read(f"/enrolments/{enrolment['id']}")["status"] == "confirmed"
    (entry,) = world.journal("enrolment", class_id=offer.class_id, kind="enrolment-confirmed")
    assert (entry["role"], entry["card_ref"], entry["region"]) == ("officer", card.ref, "17.71")


def test_a_provider_reads_who_comes_and_redeems_what_they_show(world: World) -> None:
    offer = world.offer(seats=3)
    cards = world.cards(2)
    taken = [world.holder(card.ref).post("/enrolments", _wish(offer)) for card in cards]
    staff = world.provider(offer.provider_id)
    roster = f"/classes/{offer.class_id}/roster"

    rows = staff.read(roster)["items"]
    assert [row["enrolment_id"] for row in rows] == [one["id"] for one in taken]
    assert all(row["name"] for row in rows)
    table = staff.get(roster, accept="text/csv")
    assert table.headers["Content-Type"].startswith("text/csv")
    assert list(csv.DictReader(io.StringIO(table.text))) == rows
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


def test_seats_given_back_by_holder_and_operator_are_seen_in_the_catalogue_within_seconds(
    world: World,
) -> None:
    offer = world.offer(seats=4)
    cards = world.cards(3)
    taken = [world.holder(card.ref).post("/enrolments", _wish(offer)) for card in cards]
    _wait_for_seats_left(world, offer, 1)

    by_holder = world.holder(cards[0].ref).post(_cancellation(taken[0]), {"reason": "Sakit"})
    assert (by_holder["status"], by_holder["refunded"]) == ("cancelled", offer.price)
    by_operator = world.operator.post(_cancellation(taken[1]), {"reason": "Salah daftar"})
    assert by_operator["status"] == "cancelled"
    _wait_for_seats_left(world, offer, 3)

    listed = world.public.items(f"/classes?course={offer.course_id}&has_seats=true")
    assert [one["seats_left"] for one in listed] == [3]
    exact = world.public.read(f"/classes/{offer.class_id}/availability")
    assert (exact["held"], exact["seats_left"]) == (1, 3)
    for card in cards[:2]:
        shown = world.holder(card.ref).read("/cards/me")
        assert (shown["status"], shown["balance"]) == ("awarded", 3_500_000)
    again = world.holder(cards[0].ref)
    problem(
        again.call("POST", _cancellation(taken[0]), body={"reason": "Lagi"}, key="again-and-again"),
        409,
        "cancellation-closed",
    )


def test_a_class_that_was_filled_is_shown_as_full_everywhere(world: World) -> None:
    offer = world.offer(seats=1)
    first, second = world.cards(2)
    world.holder(first.ref).post("/enrolments", _wish(offer))
    world.holder(second.ref).refused("POST", "/enrolments", 409, "class-full", body=_wish(offer))
    _wait_for_seats_left(world, offer, 0)
    assert world.public.items(f"/classes?course={offer.course_id}&has_seats=true") == []
    assert len(world.public.items(f"/classes?course={offer.course_id}&has_seats=false")) == 1


def test_what_a_provider_changes_in_a_class_rules_the_next_enrolment(world: World) -> None:
    offer = world.offer(seats=2)
    first, second, third = world.cards(3)
    staff = world.provider(offer.provider_id)
    world.holder(first.ref).post("/enrolments", _wish(offer))

    staff.patch(f"/classes/{offer.class_id}", {"price": 200_000})
    refused = eventually(
        lambda: _refusal(world.holder(second.ref), _wish(offer, price=249_999), "price", 200_000),
        what="the new price rules",
    )
    assert refused["code"] == "price-changed"
    world.holder(second.ref).post("/enrolments", _wish(offer, price=200_000))

    staff.patch(f"/classes/{offer.class_id}", {"seats": 1})
    eventually(
        lambda: world.public.read(f"/classes/{offer.class_id}/availability")["declared_seats"] == 1,
        what="the lower number of seats is known",
    )
    exact = world.public.read(f"/classes/{offer.class_id}/availability")
    assert (exact["held"], exact["seats"], exact["seats_left"]) == (2, 2, 0)
    late = _wish(offer, price=200_000)
    world.holder(third.ref).refused("POST", "/enrolments", 409, "class-full", body=late)


def test_when_a_class_is_called_off_its_holders_get_everything_back_without_doing_anything(
    world: World,
) -> None:
    offer = world.offer(seats=3)
    first, second, late = world.cards(3)
    holder, staff = world.holder(first.ref), world.provider(offer.provider_id)
    deadline = holder.read("/cards/me")["deadline"]
    taken = holder.post("/enrolments", _wish(offer))
    world.holder(second.ref).post("/enrolments", _wish(offer))
    staff.post(f"/classes/{offer.class_id}/cancellation", {"reason": "Pengajar sakit"})
    assert world.public.read(f"/classes/{offer.class_id}")["status"] == "cancelled"

    for card in (first, second):
        back = _card_once_awarded(world.holder(card.ref))
        assert back["balance"] == 3_500_000
        assert back["deadline"] > deadline
    path = f"/enrolments/{taken['id']}"
    following = holder.read(f"{path}/timeline")
    assert (following["status"], following["next"]) == ("cancelled", None)
    last = following["events"][-1]
    assert (last["role"], last["reason"]) == ("system", "Pengajar sakit")
    movements = [item["cause"] for item in holder.items("/cards/me/statement")]
    assert sorted(movements) == ["award", "cancellation", "enrolment"]

    shown = {"redeem_code": taken["redeem_code"]}
    staff.refused("POST", f"{path}/redemption", 409, "state-conflict", body=shown)
    again = {"reason": "Kelas dibatalkan"}
    holder.refused("POST", f"{path}/cancellation", 409, "cancellation-closed", body=again)
    wish = _wish(offer)
    world.holder(late.ref).refused("POST", "/enrolments", 409, "registration-closed", body=wish)
    exact = world.public.read(f"/classes/{offer.class_id}/availability")
    assert (exact["status"], exact["held"]) == ("cancelled", 0)
    entries = world.journal("enrolment", class_id=offer.class_id, kind="enrolment-cancelled")
    assert sorted(entry["card_ref"] for entry in entries) == sorted([first.ref, second.ref])


def _card_once_awarded(holder: Api) -> dict[str, Any]:
    """Wait until a card in training is as it was before, and return it."""

    def look() -> dict[str, Any]:
        card: dict[str, Any] = holder.read("/cards/me")
        return card if card["status"] == "awarded" else {}

    return eventually(look, what="the card is as it was")


def test_the_classes_of_an_archived_course_run_on_and_take_nobody_else(world: World) -> None:
    offer = world.offer(seats=2)
    first, second = world.cards(2)
    taken = world.holder(first.ref).post("/enrolments", _wish(offer))
    _decide(world, f"/courses/{offer.course_id}", "archived")
    world.public.refused("GET", f"/courses/{offer.course_id}", 404, "not-found")
    eventually(
        lambda: _refusal(world.holder(second.ref), _wish(offer), "code", "registration-closed"),
        what="the class of an archived course takes nobody",
    )
    assert world.public.read(f"/classes/{offer.class_id}")["status"] == "closed"
    shown = {"redeem_code": taken["redeem_code"]}
    path = f"/enrolments/{taken['id']}/redemption"
    assert world.provider(offer.provider_id).post(path, shown)["status"] == "active"


def _refusal(caller: Api, wish: dict[str, Any], member: str, value: object) -> dict[str, Any]:
    """Try to enrol; return the refusal once it says this. A seat that is still given is given back."""
    answer = caller.call("POST", "/enrolments", body=wish, key=str(uuid.uuid4()))
    document: dict[str, Any] = answer.json()
    if answer.ok:
        caller.post(_cancellation(document), {"reason": "Terlalu cepat"})
    return document if document.get(member) == value else {}


def test_an_auditor_takes_all_three_journals_in_every_form_and_walks_them(world: World) -> None:
    offer = world.offer(seats=2)
    (card,) = world.cards(1)
    enrolment = world.holder(card.ref).post("/enrolments", _wish(offer))

    for journal in ("enrolment", "catalog", "accounts"):
        path = f"/log/entries?journal={journal}"
        whole = world.auditor.read(path)["items"]
        size = len(whole)
        assert [entry["position"] for entry in whole] == list(range(1, size + 1))
        lines = world.auditor.get(path, accept="application/jsonl").text.splitlines()
        assert [json.loads(line) for line in lines[:size]] == whole
        table = csv.DictReader(io.StringIO(world.auditor.get(path, accept="text/csv").text))
        rows = [{**row, "body": json.loads(row["body"])} for row in table][:size]
        assert [_as_cells(entry) for entry in whole] == rows
        assert _walk(world.auditor, path, limit=size // 3 + 1)[:size] == whole

    entries = world.journal("enrolment", class_id=offer.class_id)
    assert [entry["position"] for entry in entries] == [enrolment["position"]]
    published = world.journal("catalog", class_id=offer.class_id)
    assert [entry["kind"] for entry in published] == ["class-published"]
    of_card = world.journal("enrolment", card_ref=card.ref)
    assert [entry["kind"] for entry in of_card] == ["card-awarded", "enrolment-confirmed"]
    within = world.journal("enrolment", region="32", kind="enrolment-confirmed")
    assert within == world.journal("enrolment", region="32.73", kind="enrolment-confirmed")
    at = entries[0]["recorded_at"]
    since = world.journal("enrolment", provider_id=offer.provider_id, **{"from": at})
    assert since == entries
    assert world.journal("enrolment", provider_id=offer.provider_id, to=at) == []


def _as_cells(entry: dict[str, Any]) -> dict[str, Any]:
    """Write an entry of JSON as its row in CSV reads."""
    cells = {name: "" if value is None else str(value) for name, value in entry.items()}
    return {**cells, "body": entry["body"]}


def _walk(auditor: Api, path: str, *, limit: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while True:
        after = found[-1]["position"] if found else 0
        page = auditor.read(f"{path}&after={after}&limit={limit}")
        found += page["items"]
        if page["next_cursor"] is None:
            return found


def test_no_export_names_a_person(world: World) -> None:
    offer = world.offer(seats=1)
    (card,) = world.cards(1)
    world.holder(card.ref).post("/enrolments", _wish(offer))
    world.provider(offer.provider_id).read(f"/classes/{offer.class_id}/roster")
    for journal in ("enrolment", "catalog", "accounts"):
        for form in ("application/json", "application/jsonl", "text/csv"):
            text = world.auditor.get(f"/log/entries?journal={journal}", accept=form).text
            assert _found(world.people.private, text) == set()


def _found(secrets: Iterable[str], text: str) -> set[str]:
    return {secret for secret in secrets if secret in text}


def test_who_may_write_nothing_writes_nothing(world: World) -> None:
    offer = world.offer(seats=1)
    for caller, status, code in (
        (world.public, 401, "unauthenticated"),
        (world.auditor, 403, "forbidden"),
    ):
        for method, path, body in (
            ("POST", "/waves", bodies.wave("Gelombang liar")),
            ("POST", f"/waves/{uuid.uuid4()}/admissions", {"candidates": [{}]}),
            ("POST", "/enrolments", _wish(offer)),
            ("POST", f"/enrolments/{uuid.uuid4()}/cancellation", {"reason": "Tidak ada"}),
            ("POST", "/courses", bodies.course("online")),
            ("POST", f"/courses/{offer.course_id}/decision", {"decision": "archived"}),
            ("POST", f"/classes/{offer.class_id}/cancellation", {"reason": "Tidak ada"}),
        ):
            caller.refused(method, path, status, code, body=body)


def _wish(offer: Offer, *, price: int | None = None) -> dict[str, Any]:
    expected = offer.price if price is None else price
    return {"class_id": offer.class_id, "expected_price": expected}


def _cancellation(enrolment: dict[str, Any]) -> str:
    return f"/enrolments/{enrolment['id']}/cancellation"


def _wait_for_seats_left(world: World, offer: Offer, count: int) -> None:
    def shown() -> bool:
        left = world.public.read(f"/classes/{offer.class_id}")["seats_left"]
        return bool(left == count)

    eventually(shown, what=f"the catalogue shows {count} seats left")
