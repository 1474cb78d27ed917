"""What enrolment tells of a class: its seats exactly, who is in it, and the feeds for other services."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
import sqlalchemy as sa

from chassis.identifiers import new_id, random_reference
from chassis.sealing import Seal
from tests.chassis.problem_documents import code, pointers
from tests.services.enrolment.house import API, House, document, same_but_request_id

COLUMNS = ["enrolment_id", "name", "status", "enrolled_at", "attended"]


def roster_path(class_id: str, role: str) -> str:
    """Return where a role reads a roster: whoever is not the class's provider says why."""
    return f"/classes/{class_id}/roster" + ("" if role == "provider" else "?reason=Pengawasan")


def roster_as_csv(house: House, class_id: str, role: str, **claims: Any) -> list[list[str]]:
    answer = house.get(roster_path(class_id, role), role, headers={"Accept": "text/csv"}, **claims)
    assert answer.status_code == 200
    assert answer.content_type == "text/csv; charset=utf-8"
    return list(csv.reader(io.StringIO(answer.text)))


def test_seats_are_told_exactly_to_everybody(shared_house: House) -> None:
    class_id = shared_house.put_class(declared_seats=3)
    told = []
    for card in shared_house.award_many(3):
        seats = document(shared_house.get(f"/classes/{class_id}/availability"))
        told.append((seats["seats"], seats["held"], seats["seats_left"]))
        shared_house.enrolled(card, class_id)
    assert told == [(3, 0, 3), (3, 1, 2), (3, 2, 1)]
    answer = shared_house.get(f"/classes/{class_id}/availability")
    assert document(answer) == {
        "class_id": class_id,
        "status": "published",
        "seats": 3,
        "declared_seats": 3,
        "held": 3,
        "offered": 0,
        "seats_left": 0,
        "provider_suspended": False,
        "waiting": 0,
    }
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("class_id", [random_reference(), "17", new_id().upper()])
def test_a_class_that_is_not_there_has_no_seats(shared_house: House, class_id: str) -> None:
    shared_house.catalogue_was_read()
    answer = shared_house.get(f"/classes/{class_id}/availability")
    assert code(answer) == (404, "not-found")


def test_a_class_that_may_just_have_been_published_is_to_be_asked_for_again(
    shared_house: House,
) -> None:
    shared_house.catalogue_was_read()
    answer = shared_house.get(f"/classes/{new_id()}/availability")
    assert code(answer) == (503, "catalogue-lagging")
    assert int(answer.headers["Retry-After"]) >= 1


@pytest.mark.parametrize("role", ["provider", "operator"])
def test_the_roster_names_who_is_enrolled_in_the_order_of_enrolling(
    shared_house: House, role: str
) -> None:
    provider = new_id()
    class_id = shared_house.put_class(provider_id=provider)
    cards = shared_house.award_many(4)
    taken = [shared_house.enrolled(card, class_id) for card in cards]
    shared_house.cancel(taken[1]["id"], "operator")
    code_shown = taken[2]["redeem_code"]
    shared_house.redeem(taken[2]["id"], code_shown, "holder", card=cards[2].card_ref)
    answer = shared_house.get(roster_path(class_id, role), role, provider=provider)
    items = document(answer)["items"]
    assert [(i["enrolment_id"], i["name"], i["status"]) for i in items] == [
        (taken[0]["id"], cards[0].person.name, "confirmed"),
        (taken[2]["id"], cards[2].person.name, "active"),
        (taken[3]["id"], cards[3].person.name, "confirmed"),
    ]
    assert all(item.keys() == set(COLUMNS) for item in items)
    rows = roster_as_csv(shared_house, class_id, role, provider=provider)
    assert rows == [COLUMNS, *([str(item[name]) for name in COLUMNS] for item in items)]


def test_a_roster_holds_no_personal_number_nor_reference(shared_house: House) -> None:
    provider, card = new_id(), shared_house.award()
    class_id = shared_house.put_class(provider_id=provider)
    taken = shared_house.enrolled(card, class_id)
    answer = shared_house.get(f"/classes/{class_id}/roster", "provider", provider=provider)
    person = card.person
    for secret in (
        person.nik,
        person.family_card,
        person.birth_date,
        card.card_number,
        card.card_ref,
        taken["redeem_code"],
    ):
        assert secret not in answer.text


@pytest.mark.parametrize(
    "name",
    ["=HYPERLINK(A1)", "+62 Sari", "-1+1 Sari", "@SUM(A1)", "＝Sari", "＠Sari", '"Sari", Putri'],
)
def test_a_name_that_looks_like_a_formula_runs_nowhere(shared_house: House, name: str) -> None:
    provider, card = new_id(), shared_house.award(name=name)
    class_id = shared_house.put_class(provider_id=provider)
    shared_house.enrolled(card, class_id)
    [_, row] = roster_as_csv(shared_house, class_id, "provider", provider=provider)
    assert row[1] == (name if name[0] == '"' else f"'{name}")
    raw = shared_house.get(
        roster_path(class_id, "provider"),
        "provider",
        headers={"Accept": "text/csv"},
        provider=provider,
    ).text
    assert all(line.startswith('"') for line in raw.splitlines()[1:])
    plain = document(shared_house.get(f"/classes/{class_id}/roster", "provider", provider=provider))
    assert plain["items"][0]["name"] == name


@pytest.mark.parametrize("accept", ["application/json", "text/csv"])
def test_reading_a_roster_is_itself_recorded(shared_house: House, accept: str) -> None:
    provider = new_id()
    class_id = shared_house.put_class(provider_id=provider)
    shared_house.enrolled(shared_house.award(), class_id)
    before = len(shared_house.entries())
    answer = shared_house.get(
        f"/classes/{class_id}/roster",
        "provider",
        headers={"Accept": accept},
        provider=provider,
        subject="provider:wati",
    )
    [entry] = shared_house.entries()[before:]
    assert (entry["kind"], entry["actor"], entry["role"]) == (
        "roster-read",
        "provider:wati",
        "provider",
    )
    assert (entry["class_id"], entry["provider_id"]) == (class_id, provider)
    assert entry["request_id"] == answer.headers["X-Request-Id"]
    assert entry["body"] == {"people": 1, "reason": "own class"}


def test_no_name_is_readable_before_its_reading_is_recorded_for_good(
    shared_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    class_id = shared_house.put_class()
    for card in shared_house.award_many(2):
        shared_house.enrolled(card, class_id)
    seen: list[str] = []
    open_seal = Seal.open

    def look(*given: Any, **named: Any) -> str:
        seen.append(shared_house.entries()[-1]["kind"])
        return open_seal(*given, **named)

    monkeypatch.setattr(Seal, "open", look)
    document(shared_house.get(roster_path(class_id, "operator"), "operator"))
    assert seen == ["roster-read"] * 2


def test_a_long_roster_is_read_by_the_same_statements_as_a_short_one(shared_house: House) -> None:
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        sent.append(statement)

    engine = shared_house.service.database.engine
    statements = []
    for people in (1, 3):
        class_id = shared_house.put_class()
        for card in shared_house.award_many(people):
            shared_house.enrolled(card, class_id)
        sent.clear()
        sa.event.listen(engine, "before_cursor_execute", note)
        document(shared_house.get(roster_path(class_id, "operator"), "operator"))
        sa.event.remove(engine, "before_cursor_execute", note)
        statements.append(list(sent))
    assert statements[0] == statements[1] != []


@pytest.mark.parametrize("role", ["operator", "provider"])
def test_the_reason_for_reading_a_roster_is_recorded(shared_house: House, role: str) -> None:
    provider = new_id()
    class_id = shared_house.put_class(provider_id=provider)
    path = f"/classes/{class_id}/roster?reason=Aduan+12%2F2026"
    document(shared_house.get(path, role, provider=provider))
    assert shared_house.entries()[-1]["body"] == {"people": 0, "reason": "Aduan 12/2026"}


@pytest.mark.parametrize(
    "query", ["", "?reason=", "?reason=ab", "?reason=NIK+3273+0102+0590+0001", "?why=Aduan"]
)
def test_an_operator_reads_no_names_without_a_good_reason(shared_house: House, query: str) -> None:
    class_id = shared_house.put_class()
    before = shared_house.tables()
    answer = shared_house.get(f"/classes/{class_id}/roster{query}", "operator")
    assert code(answer) == (422, "validation-failed")
    assert pointers(answer) == ["/why" if "why" in query else "/reason"]
    assert shared_house.tables() == before


def test_another_providers_class_answers_as_one_that_is_absent_and_records_nothing(
    shared_house: House,
) -> None:
    class_id = shared_house.put_class()
    shared_house.enrolled(shared_house.award(), class_id)
    before = shared_house.tables()
    for claims in ({"provider": new_id()}, {}):
        answers = [
            shared_house.get(f"/classes/{one}/roster", "provider", **claims)
            for one in (class_id, new_id())
        ]
        assert code(answers[0]) == (404, "not-found")
        assert same_but_request_id(*answers)
    assert shared_house.tables() == before


def test_a_roster_has_no_other_form(shared_house: House) -> None:
    class_id = shared_house.put_class()
    before = shared_house.tables()
    answer = shared_house.get(
        f"/classes/{class_id}/roster", "operator", headers={"Accept": "application/pdf"}
    )
    assert code(answer) == (406, "not-acceptable")
    assert shared_house.tables() == before


def seats_feed(house: House, **query: int) -> Any:
    text = "&".join(f"{name}={value}" for name, value in query.items())
    return document(house.call("GET", f"/internal/seats?{text}", role="system"))


def test_the_seats_feed_tells_every_touched_class_once_with_absolute_numbers(house: House) -> None:
    one, other = house.put_class(), house.put_class(declared_seats=4)
    house.put_class()
    cards = house.award_many(3)
    house.cancel(house.enrolled(cards[0], one)["id"], "operator")
    last_of_one = house.enrolled(cards[1], one)["position"]
    last_of_other = house.enrolled(cards[2], other)["position"]
    feed = seats_feed(house, after=0)
    size = len(house.entries())
    assert (feed["after"], feed["size"]) == (size, size)
    assert sorted(feed["classes"], key=lambda line: line["position"]) == [
        {"class_id": one, "seats": 10, "held": 1, "position": last_of_one},
        {"class_id": other, "seats": 4, "held": 1, "position": last_of_other},
    ]
    assert seats_feed(house, after=feed["after"])["classes"] == []


def test_the_seats_feed_tells_the_hashes_of_the_entries_it_goes_from_and_to(house: House) -> None:
    class_id = house.put_class()
    for card in house.award_many(3):
        house.enrolled(card, class_id)
    size = len(house.entries())
    first, second = seats_feed(house, after=0, limit=2), seats_feed(house, after=2)
    with house.service.database.reading() as connection:
        digests = [
            entry.digest() for entry in house.service.journal.read(connection, after=0, limit=size)
        ]
    assert (first["from_digest"], first["digest"]) == (None, digests[1])
    assert (second["from_digest"], second["digest"]) == (digests[1], digests[-1])
    assert seats_feed(house, after=size + 1)["from_digest"] is None


def test_the_seats_feed_is_read_in_parts_that_add_up(house: House) -> None:
    classes = [house.put_class() for _ in range(5)]
    for card, class_id in zip(house.award_many(5), classes, strict=True):
        house.enrolled(card, class_id)
    told: dict[str, int] = {}
    after, rounds = 0, 0
    while True:
        feed = seats_feed(house, after=after, limit=2)
        assert len(feed["classes"]) <= 2
        told |= {line["class_id"]: line["held"] for line in feed["classes"]}
        after, rounds = feed["after"], rounds + 1
        if after >= feed["size"]:
            break
    assert told == dict.fromkeys(classes, 1)
    assert rounds > 2


@pytest.mark.parametrize(
    ("path", "pointer"),
    [
        ("/internal/seats?after=-1", "/after"),
        ("/internal/seats?after=9223372036854775808", "/after"),
        ("/internal/seats?limit=0", "/limit"),
        ("/internal/seats?class_id=1", "/class_id"),
        ("/internal/feed?epoch=1", "/epoch"),
        ("/internal/feed?digest=x", "/digest"),
    ],
)
def test_a_feed_refuses_what_makes_no_sense(shared_house: House, path: str, pointer: str) -> None:
    answer = shared_house.call("GET", path, role="system")
    assert code(answer) == (422, "validation-failed")
    assert pointers(answer) == [pointer]


def test_the_journal_can_be_followed_from_any_position(shared_house: House) -> None:
    shared_house.enrolled(shared_house.award(), shared_house.put_class())
    feed = document(shared_house.call("GET", "/internal/feed?after=1&limit=2", role="system"))
    assert [entry["position"] for entry in feed["entries"]] == [2, 3]
    assert feed["size"] == len(shared_house.entries())


@pytest.mark.parametrize("path", ["/internal/seats", "/internal/feed"])
def test_feeds_do_not_stand_under_the_public_address(shared_house: House, path: str) -> None:
    answer = shared_house.call("GET", API + path, role="system")
    assert code(answer) == (404, "not-found")
