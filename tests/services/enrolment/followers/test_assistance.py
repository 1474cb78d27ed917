"""Counting what was assisted by following enrolment's own journal, and telling it by region."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
import sqlalchemy as sa

from services.enrolment.followers.assistance import assistance_follower
from services.enrolment.storage.tables.programme import CARD
from services.enrolment.storage.tables.reports import ASSISTANCE
from tests.chassis.problem_documents import code, pointers
from tests.services.enrolment.draws import applied, open_draw, withdraw
from tests.services.enrolment.house import House, assisted_wish, document

NOTHING = {
    "enrolments": 0,
    "enrolments_assisted": 0,
    "enrolments_assisted_percent": None,
    "applications": 0,
    "applications_assisted": 0,
    "applications_assisted_percent": None,
}


def count(house: House) -> int:
    """Let the follower count what is new."""
    return assistance_follower(house.service.stores, house.service.transactions).catch_up()


def report(house: House, by: str = "regency", role: str = "operator", **months: str) -> Any:
    query = "".join(f"&{name}={month}" for name, month in months.items())
    return document(house.get(f"/reports/assistance?by={by}{query}", role))


def assist(house: House, card: Any, class_id: str, **claims: Any) -> dict[str, Any]:
    body = assisted_wish(class_id, card.card_number)
    taken: dict[str, Any] = document(house.post("/enrolments", body, **claims), 201)
    return taken


def test_what_officers_and_operators_do_for_people_is_told_beside_what_these_do_themselves(
    house: House,
) -> None:
    class_id = house.put_class()
    alone, by_officer, by_operator = house.award_many(3, regency="17.71")
    house.enrolled(alone, class_id)
    assist(house, by_officer, class_id, role="officer", region="17")
    assist(house, by_operator, class_id, role="operator")
    elsewhere = house.award(regency="11.01")
    house.enrolled(elsewhere, class_id)
    assert count(house) > 0
    told = report(house)
    enrolled = {"enrolments": 3, "enrolments_assisted": 2, "enrolments_assisted_percent": 66.7}
    assert told["rows"]["17.71"] == {**NOTHING, "name": "Kota Bengkulu", **enrolled}
    alone_told = {"enrolments": 1, "enrolments_assisted_percent": 0.0}
    assert told["rows"]["11.01"] == {**NOTHING, "name": "Kabupaten Aceh Selatan", **alone_told}
    assert report(house, "province")["rows"]["17"]["enrolments_assisted"] == 2
    assert (told["total"]["enrolments"], told["total"]["enrolments_assisted"]) == (4, 2)
    assert told["total"]["enrolments_assisted_percent"] == 50.0
    assert told["reconciliation"]["agrees"] is True
    assert told["reconciliation"]["counted_to"] == told["reconciliation"]["journal_size"]


def test_applications_count_where_the_person_lives_also_once_they_are_withdrawn(
    house: House,
) -> None:
    wave_id = open_draw(house)
    people = [next(house.supply) for _ in range(2)]
    first, _ = (applied(house, wave_id, person) for person in people)
    document(withdraw(house, first))
    count(house)
    row = report(house)["rows"][people[0].regency]
    assert (row["applications"], row["applications_assisted"]) == (2, 2)
    assert row["applications_assisted_percent"] == 100.0


def test_an_enrolment_stays_counted_where_its_holder_lived_then_whatever_becomes_of_it(
    house: House,
) -> None:
    card = house.award(regency="17.71")
    taken = assist(house, card, house.put_class(), role="officer", region="17.71")
    document(house.cancel(taken["id"], "operator"))
    moved = {"card_number": card.card_number, "regency": "11.01", "reason": "Surat pindah"}
    document(house.post("/cards/domicile", moved, "operator"))
    count(house)
    count(house)
    rows = report(house)["rows"]
    assert (rows["17.71"]["enrolments"], rows["11.01"]["enrolments"]) == (1, 0)
    assist(house, card, house.put_class(), role="operator")
    count(house)
    rows = report(house)["rows"]
    assert (rows["17.71"]["enrolments"], rows["11.01"]["enrolments"]) == (1, 1)


def test_the_months_asked_for_are_counted_and_no_others(house: House) -> None:
    house.enrolled(house.award(), house.put_class())
    count(house)
    whole = report(house)
    month = whole["first_month"]
    assert whole["last_month"] == month
    with house.as_owner() as connection:
        connection.execute(sa.update(ASSISTANCE).values(month="2025-12"))
    house.enrolled(house.award(), house.put_class())
    count(house)
    asked = {
        (): (2, "2025-12", month),
        (("last_month", "2025-12"),): (1, "2025-12", "2025-12"),
        (("first_month", "2026-01"),): (1, "2026-01", month),
        (("first_month", "2024-01"), ("last_month", "2024-12")): (0, "2024-01", "2024-12"),
    }
    for months, expected in asked.items():
        told = report(house, **dict(months))
        seen = (told["total"]["enrolments"], told["first_month"], told["last_month"])
        assert seen == expected, months


def test_nothing_counted_is_told_of_every_region_and_of_no_month(house: House) -> None:
    told = report(house)
    assert len(told["rows"]) == 514
    assert told["total"] == NOTHING
    assert told["first_month"] is told["last_month"] is None
    assert len(report(house, "province")["rows"]) == 38


def test_the_same_comes_as_a_table(house: House) -> None:
    assist(house, house.award(regency="17.71"), house.put_class(), role="operator")
    count(house)
    answer = house.get("/reports/assistance?by=regency", "auditor", headers={"Accept": "text/csv"})
    rows = {row["code"]: row for row in csv.DictReader(io.StringIO(answer.text))}
    assert len(rows) == 514
    row = rows["17.71"]
    assert (row["name"], row["enrolments"], row["enrolments_assisted_percent"]) == (
        "Kota Bengkulu",
        "1",
        "100.0",
    )
    assert row["first_month"] == row["last_month"] != ""


def test_what_was_counted_under_an_abolished_code_is_told_under_its_successor(
    house: House,
) -> None:
    card = house.award(regency="17.71")
    with house.as_owner() as connection:
        connection.execute(sa.update(CARD).values(region="91.01"))
    house.enrolled(card, house.put_class())
    count(house)
    with house.as_owner() as connection:  # as a release that knew the old code counted it
        connection.execute(
            sa.update(ASSISTANCE).where(ASSISTANCE.c.region == "93.01").values(region="91.01")
        )
    told = report(house)
    assert told["rows"]["93.01"]["enrolments"] == 1
    assert "91.01" not in told["rows"]
    assert {"code": "91.01", "successor": "93.01", "since": "2022-07-25"} in told["former_codes"]
    provinces = report(house, "province")["rows"]
    assert (provinces["91"]["enrolments"], provinces["93"]["enrolments"]) == (0, 1)
    assert told["reconciliation"]["agrees"] is True


def test_a_count_that_does_not_agree_is_told_so(house: House) -> None:
    house.enrolled(house.award(), house.put_class())
    count(house)
    with house.as_owner() as connection:
        connection.execute(
            sa.update(ASSISTANCE).where(ASSISTANCE.c.region != "").values(enrolments=3)
        )
    told = report(house)["reconciliation"]
    assert (told["agrees"], told["difference"]["enrolments"]) == (False, 2)


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("", "/by"),
        ("?by=wave", "/by"),
        ("?by=regency&first_month=2026-13", "/first_month"),
        ("?by=regency&last_month=2026", "/last_month"),
        ("?by=regency&first_month=2026-02&last_month=2026-01", "/last_month"),
        ("?by=regency&month=2026-02", "/month"),
    ],
)
def test_by_what_and_over_which_months_is_said_in_the_words_of_the_contract(
    shared_house: House, query: str, pointer: str
) -> None:
    answer = shared_house.get(f"/reports/assistance{query}", "operator")
    assert (code(answer), pointers(answer)) == ((422, "validation-failed"), [pointer])
