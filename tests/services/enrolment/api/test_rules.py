"""The rules are read by everybody, and scheduled ahead of time by operators."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from services.enrolment.domain.programme.rule_change import NOT_JUDGED_BY
from services.enrolment.storage.tables.programme import RULE_VERSION
from tests.chassis.problem_documents import code, pointers, problem
from tests.services.enrolment.house import House, document
from vocabulary.rule_book import national_day, shipped_rules
from vocabulary.rule_set import NUMBERS

TOMORROW = national_day(datetime.now(UTC)) + timedelta(days=2)


def sent(
    version: str = "2031-01", day: date | str = "2031-01-01", **changes: Any
) -> dict[str, Any]:
    """Return a version as an operator sends it."""
    return {
        "version": version,
        "effective_from": str(day),
        "changes": changes or {"next_purchase_days": 30},
        "reason": "Keputusan Dirjen 12/2030",
    }


def versions(house: House) -> list[tuple[str, str, str | None]]:
    items = document(house.get("/rules"))["items"]
    return [(each["version"], each["status"], each["effective_until"]) for each in items]


def test_everybody_reads_every_version_with_all_its_numbers(shared_house: House) -> None:
    listed = document(shared_house.get("/rules"))["items"]
    assert [(each["version"], each["status"]) for each in listed[:2]] == [
        ("2020-04", "past"),
        ("2023-01", "in-force"),
    ]
    shown = document(shared_house.get("/rules/2020-04"))
    assert shown | {"rules": None} == listed[0] | {"rules": None}
    assert shown["rules"]["training_balance"] == 1_000_000


@pytest.mark.parametrize("version", ["2024-01", "2023", "x", "2023-01%00", "2023-01/"])
def test_a_version_that_is_not_there_is_not_found(shared_house: House, version: str) -> None:
    assert code(shared_house.get(f"/rules/{version}")) == (404, "not-found")


def test_a_scheduled_version_ends_the_one_before_it(house: House) -> None:
    made = house.post("/rules", sent(), "operator")
    shown = document(made, 201)
    assert made.headers["Location"] == "/api/v1/rules/2031-01"
    assert shown == document(house.get("/rules/2031-01"))
    assert shown["rules"] == document(house.get("/rules/2023-01"))["rules"] | {
        "next_purchase_days": 30
    }
    assert versions(house)[1:] == [
        ("2023-01", "in-force", "2031-01-01"),
        ("2031-01", "scheduled", None),
    ]


def test_no_version_is_put_in_before_one_that_was_built_on_what_holds_before(house: House) -> None:
    document(house.post("/rules", sent("2033-01", "2033-01-01", youngest=17), "operator"), 201)
    refused = house.post("/rules", sent("2032-01", "2032-01-01", oldest=70), "operator")
    assert code(refused) == (409, "rule-version-taken")
    document(house.post("/rules", sent("2034-01", "2034-01-01", oldest=70), "operator"), 201)
    after = document(house.get("/rules/2034-01"))["rules"]
    assert (after["youngest"], after["oldest"]) == (17, 70)


def test_only_the_last_version_is_withdrawn_since_later_ones_were_built_on_it(house: House) -> None:
    document(house.post("/rules", sent("2033-01", "2033-01-01", youngest=17), "operator"), 201)
    document(house.post("/rules", sent("2034-01", "2034-01-01", oldest=70), "operator"), 201)
    why = {"reason": "Dicabut"}
    refused = problem(house.post("/rules/2033-01/withdrawal", why, "operator"))
    assert (refused["code"], refused["state"]) == ("state-conflict", "built-on")
    for version in ("2034-01", "2033-01"):
        document(house.post(f"/rules/{version}/withdrawal", why, "operator"))
    assert versions(house)[1:] == [("2023-01", "in-force", None)]


def test_a_version_of_another_release_is_read_by_what_this_one_knows(house: House) -> None:
    document(house.post("/rules", sent("2033-01", "2033-01-01", youngest=17), "operator"), 201)
    with house.as_owner() as connection:
        numbers = json.loads(connection.execute(sa.select(RULE_VERSION.c.numbers)).scalar_one())
        del numbers["oldest"]
        text = json.dumps({**numbers, "something_new": 5})
        connection.execute(sa.update(RULE_VERSION).values(numbers=text))
    shown = document(house.get("/rules/2033-01"))["rules"]
    assert (shown["youngest"], shown["oldest"]) == (17, 64)


def test_other_services_are_told_what_is_scheduled_and_no_longer_what_was_withdrawn(
    house: House,
) -> None:
    def told() -> list[dict[str, Any]]:
        answer = document(house.call("GET", "/internal/rules", role="system"))
        found: list[dict[str, Any]] = answer["versions"]
        return found

    assert told() == []
    document(house.post("/rules", sent("2033-01", "2033-01-01", least_hours=20), "operator"), 201)
    document(house.post("/rules", sent("2034-01", "2034-01-01", oldest=70), "operator"), 201)
    assert [(each["version"], each["effective_from"]) for each in told()] == [
        ("2033-01", "2033-01-01"),
        ("2034-01", "2034-01-01"),
    ]
    assert [each["numbers"]["least_hours"] for each in told()] == [20, 20]
    document(house.post("/rules/2034-01/withdrawal", {"reason": "Dicabut"}, "operator"))
    assert [each["version"] for each in told()] == ["2033-01"]


def _another(value: Any) -> Any:
    if value is None:
        return 7
    return value[:-1] if isinstance(value, list) else value + 1


@pytest.mark.parametrize("number", sorted(NUMBERS.keys() - NOT_JUDGED_BY))
def test_every_number_that_something_is_judged_by_can_be_scheduled(
    shared_house: House, number: str
) -> None:
    before = document(shared_house.get("/rules/2023-01"))["rules"][number]
    after = not before if isinstance(before, bool) else _another(before)
    body = {"effective_from": "2031-01-01", "changes": {number: after}}
    if number == "live_enrolments":
        body["changes"] = {number: 2}
    change, *_ = document(shared_house.post("/rules/preview", body, "operator"))["changes"]
    assert (change["number"], change["before"]) == (number, before)


@pytest.mark.parametrize("number", sorted(NOT_JUDGED_BY))
def test_a_number_that_nothing_is_judged_by_yet_stays_as_it_is(
    shared_house: House, number: str
) -> None:
    others = {"once_in_a_lifetime": False}
    before = document(shared_house.get("/rules/2023-01"))["rules"][number]
    after = others.get(number, 7 if before is None else None)
    changes = {number: before + 1 if after is None else after}
    body = {"effective_from": "2031-01-01", "changes": changes}
    refused = shared_house.post("/rules/preview", body, "operator")
    assert (code(refused), pointers(refused)) == (
        (422, "validation-failed"),
        [f"/changes/{number}"],
    )


def test_a_withdrawn_version_never_takes_effect_and_its_name_is_not_given_again(
    house: House,
) -> None:
    document(house.post("/rules", sent(), "operator"), 201)
    reason = {"reason": "Keputusan dicabut"}
    told = document(house.post("/rules/2031-01/withdrawal", reason, "operator"))
    assert (told["version"], told["status"]) == ("2031-01", "withdrawn")
    assert versions(house)[1:] == [("2023-01", "in-force", None)]
    assert code(house.get("/rules/2031-01")) == (404, "not-found")
    again = house.post("/rules/2031-01/withdrawal", reason, "operator")
    assert code(again) == (404, "not-found")
    assert code(house.post("/rules", sent(), "operator")) == (409, "rule-version-taken")
    document(house.post("/rules", sent("2031-01b"), "operator"), 201)


def test_what_came_with_the_software_cannot_be_withdrawn(shared_house: House) -> None:
    refused = shared_house.post("/rules/2023-01/withdrawal", {"reason": "Salah"}, "operator")
    assert code(refused) == (409, "state-conflict")


@pytest.mark.parametrize(
    ("version", "day"), [("2023-01", "2031-01-01"), ("2031-01b", "2023-01-01")]
)
def test_a_name_or_a_day_of_another_version_is_refused(
    shared_house: House, version: str, day: str
) -> None:
    refused = shared_house.post("/rules", sent(version, day), "operator")
    expected = "rule-version-taken" if day > "2030" else "rules-too-late"
    assert code(refused) == (409, expected)


def test_two_versions_do_not_begin_on_one_day(house: House) -> None:
    document(house.post("/rules", sent(), "operator"), 201)
    refused = house.post("/rules", sent("2031-01b"), "operator")
    assert code(refused) == (409, "rule-version-taken")


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"youngest": "18"}, ["/changes/youngest"]),
        ({"youngest": 200, "nobody": 1}, ["/changes/nobody", "/changes/youngest"]),
        ({"youngest": None}, ["/changes/youngest"]),
        ({"excluded_groups": ["student", "student"]}, ["/changes/excluded_groups"]),
        ({"youngest": 65}, ["/changes/oldest"]),
        ({"youngest": 18}, ["/changes"]),
    ],
)
@pytest.mark.parametrize("path", ["/rules", "/rules/preview"])
def test_numbers_that_are_wrong_are_named(
    shared_house: House, path: str, changes: dict[str, Any], where: list[str]
) -> None:
    body = sent(**changes)
    if path.endswith("preview"):
        del body["version"], body["reason"]
    refused = shared_house.post(path, body, "operator")
    assert code(refused) == (422, "validation-failed")
    assert sorted(pointers(refused)) == where
    assert len(versions(shared_house)) == len([*shipped_rules()])


@pytest.mark.parametrize("day", ["1999-12-31", "2031-02-30", "20310101", "2031-1-1", 7, None])
def test_a_day_is_a_date(shared_house: House, day: object) -> None:
    refused = shared_house.post("/rules", sent() | {"effective_from": day}, "operator")
    assert pointers(refused) == ["/effective_from"]


@pytest.mark.parametrize("day", ["2019-01-01", "2023-01-01"])
def test_nothing_is_foreseen_for_days_that_are_past(shared_house: House, day: str) -> None:
    body = {"effective_from": day, "changes": {"youngest": 17}}
    assert code(shared_house.post("/rules/preview", body, "operator")) == (409, "rules-too-late")


def test_a_preview_tells_for_whom_a_number_makes_a_difference(house: House) -> None:
    waiting, training = house.award_many(2)
    house.enrolled(training, house.put_class())
    assert waiting != training
    changes = {
        "youngest": 17,
        "next_purchase_days": 30,
        "live_enrolments": 2,
        "review_before_next": False,
    }
    body = {"effective_from": "2031-01-01", "changes": changes}
    shown = document(house.post("/rules/preview", body, "operator"))
    assert shown["follows"] == "2023-01"
    told = {
        each["number"]: (each["before"], each["after"], each["whom"], each["cards"])
        for each in shown["changes"]
    }
    assert told == {
        "youngest": (18, 17, "new-cards", None),
        "next_purchase_days": (15, 30, "cards-in-training", 1),
        "live_enrolments": (1, 2, "cards-in-training", 1),
        "review_before_next": (True, False, "waiting-cards", 1),
    }
    assert versions(house)[1:] == [("2023-01", "in-force", None)]


def test_a_number_that_makes_a_difference_for_several_is_listed_for_each(
    shared_house: House,
) -> None:
    body = {"effective_from": "2031-01-01", "changes": {"training_balance": 3_000_000}}
    shown = document(shared_house.post("/rules/preview", body, "operator"))
    told = [(each["number"], each["whom"], each["cards"]) for each in shown["changes"]]
    assert told == [
        ("training_balance", "new-cards", None),
        ("training_balance", "new-courses", None),
    ]


def test_scheduling_and_withdrawing_are_journaled_with_who_and_why(house: House) -> None:
    body = sent(oldest=70)
    document(house.post("/rules", body, "operator", subject="operator:rina"), 201)
    document(house.post("/rules/2031-01/withdrawal", {"reason": "Dicabut"}, "operator"))
    scheduled, withdrawn = house.entries()[-2:]
    assert (scheduled["kind"], scheduled["actor"]) == ("rules-scheduled", "operator:rina")
    assert scheduled["body"]["changed"] == ["oldest"]
    assert scheduled["body"]["numbers"]["oldest"] == 70
    assert scheduled["body"]["reason"] == body["reason"]
    assert (withdrawn["kind"], withdrawn["body"]) == (
        "rules-withdrawn",
        {"version": "2031-01", "reason": "Dicabut"},
    )
