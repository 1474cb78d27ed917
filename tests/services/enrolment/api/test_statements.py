"""Statements: of a provider, of a day; every sum from movements, each stretch going on from the one before."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from chassis.clock import utc_now
from chassis.identifiers import new_id
from services.enrolment.domain.money.statement import span_of
from services.enrolment.storage.tables.money import ACCOUNT_DAY, MOVEMENT
from services.enrolment.worker import settle_account_days
from tests.chassis.problem_documents import code, pointers
from tests.services.enrolment.house import PRICE, House, document
from tests.services.enrolment.teaching import Taught, taught
from vocabulary.rule_book import national_day, shipped_rules

BALANCE = 3_500_000
ACCOUNTS = ["state", "card", "set_aside", "paid", "incentive"]


def today() -> date:
    return national_day(utc_now())


def let_change(connection: sa.Connection) -> None:
    """Take away what keeps movements as they are."""
    if connection.dialect.name != "sqlite":
        connection.execute(sa.text("alter table movement disable trigger user"))
        return
    for change in ("update", "delete"):
        connection.execute(sa.text(f"drop trigger if exists movement_no_{change}"))


def moved(house: House, ago: timedelta) -> None:
    """Let everything that moved have moved earlier."""
    with house.as_owner() as connection:
        let_change(connection)
        for row in connection.execute(sa.select(MOVEMENT.c.movement_id, MOVEMENT.c.moved_at)).all():
            own = MOVEMENT.c.movement_id == row.movement_id
            connection.execute(sa.update(MOVEMENT).where(own).values(moved_at=row.moved_at - ago))


def balances(lines: list[dict[str, Any]]) -> dict[str, tuple[int, int]]:
    return {line["account"]: (line["opening"], line["closing"]) for line in lines}


def of_day(house: House, day: date) -> dict[str, Any]:
    shown: dict[str, Any] = document(house.get(f"/statements/days/{day}", "auditor"))
    return shown


def of_provider(of: Taught, below: str = "", **query: Any) -> dict[str, Any]:
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    path = f"/statements/providers/{of.provider_id}{below}?{asked}"
    shown: dict[str, Any] = document(of.house.get(path, "provider", provider=of.provider_id))
    return shown


def test_a_day_tells_what_every_account_held_and_why(house: House) -> None:
    of = taught(house, 2)
    house.cancel(of.enrolments[1], "operator")
    of.completed(0)
    told = of_day(house, today())
    assert (told["day"], told["zone"], told["is_over"]) == (
        today().isoformat(),
        "Asia/Jakarta",
        False,
    )
    assert balances(told["accounts"]) == {
        "state": (0, -2 * BALANCE - 600_000),
        "card": (0, 2 * BALANCE - PRICE),
        "set_aside": (0, PRICE),
        "paid": (0, 0),
        "incentive": (0, 600_000),
    }
    [aside] = [line for line in told["accounts"] if line["account"] == "set_aside"]
    assert aside["in"] == [
        {
            "cause": "enrolment",
            "from": "card",
            "to": "set_aside",
            "amount": 2 * PRICE,
            "movements": 2,
        }
    ]
    assert [(flow["cause"], flow["to"]) for flow in aside["out"]] == [("cancellation", "card")]
    assert sum(line["closing"] for line in told["accounts"]) == 0


def test_a_day_begins_with_what_the_one_before_left(house: House) -> None:
    taught(house)
    moved(house, timedelta(days=3))
    taught(house)
    for ago in range(5):
        earlier, later = (of_day(house, today() - timedelta(days=ago + n)) for n in (1, 0))
        left = {line["account"]: line["closing"] for line in earlier["accounts"]}
        assert {line["account"]: line["opening"] for line in later["accounts"]} == left
    assert balances(of_day(house, today())["accounts"])["set_aside"] == (PRICE, 2 * PRICE)


def test_days_that_are_over_are_summed_up_and_change_no_statement(house: House) -> None:
    taught(house)
    moved(house, timedelta(days=3))
    taught(house)
    before = [of_day(house, today() - timedelta(days=ago)) for ago in range(5)]
    stores, transactions = house.service.stores, house.service.transactions
    assert settle_account_days(stores, transactions) in (2, 3)
    assert settle_account_days(stores, transactions) == 0
    assert [of_day(house, today() - timedelta(days=ago)) for ago in range(5)] == before
    [newest, *_, first] = document(house.get("/statements/days", "operator"))["items"]
    assert first["day"] == (today() - timedelta(days=3)).isoformat()
    assert newest["day"] < today().isoformat()
    assert [line["account"] for line in first["accounts"]] == sorted(ACCOUNTS)
    [aside] = [line for line in first["accounts"] if line["account"] == "set_aside"]
    assert (aside["opening"], aside["in"], aside["out"], aside["closing"]) == (0, PRICE, 0, PRICE)
    assert house.differences() == []


def test_a_day_goes_on_from_the_last_one_summed_up_and_not_from_the_beginning(
    house: House,
) -> None:
    taught(house)
    moved(house, timedelta(days=3))
    settle_account_days(house.service.stores, house.service.transactions)
    with house.as_owner() as connection:
        connection.execute(sa.delete(MOVEMENT))
    assert balances(of_day(house, today())["accounts"])["set_aside"] == (PRICE, PRICE)


def test_nothing_is_summed_up_before_anything_moved(house: House) -> None:
    assert settle_account_days(house.service.stores, house.service.transactions) == 0
    with house.service.database.reading() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(ACCOUNT_DAY)).scalar() == 0
    assert document(house.get("/statements/days", "auditor"))["items"] == []
    assert {line["closing"] for line in of_day(house, today())["accounts"]} == {0}


@pytest.mark.parametrize("day", ["2026-02-30", "2026-1-1", "1999-01-01", "20260101"])
def test_what_is_no_day_is_not_there(shared_house: House, day: str) -> None:
    answer = shared_house.get(f"/statements/days/{day}", "operator")
    assert code(answer) == (404, "not-found")


def test_a_day_to_come_is_not_there(shared_house: House) -> None:
    tomorrow = today() + timedelta(days=1)
    assert code(shared_house.get(f"/statements/days/{tomorrow}", "operator")) == (404, "not-found")


def test_the_first_day_is_the_one_on_which_the_programme_had_rules(shared_house: House) -> None:
    first = next(iter(shipped_rules())).effective_from
    before = first - timedelta(days=1)
    assert shared_house.get(f"/statements/days/{first}", "operator").status_code == 200
    assert code(shared_house.get(f"/statements/days/{before}", "operator")) == (404, "not-found")


def test_a_provider_sees_its_movements_between_opening_and_closing(house: House) -> None:
    of = taught(house)
    moved(house, timedelta(days=40))
    taught(house)
    class_id = house.put_class(provider_id=of.provider_id)
    taken = house.enrolled(house.award(), class_id)
    told = of_provider(of)
    assert balances(told["accounts"]) == {"set_aside": (PRICE, 2 * PRICE), "paid": (0, 0)}
    [item] = told["items"]
    assert item == {
        "id": item["id"],
        "cause": "enrolment",
        "from": "card",
        "to": "set_aside",
        "amount": PRICE,
        "enrolment_id": taken["id"],
        "class_id": class_id,
        "moved_at": item["moved_at"],
    }
    assert (told["from"], told["to"]) == (
        (today() - timedelta(days=30)).isoformat(),
        today().isoformat(),
    )


def test_its_days_chain_and_are_all_there(house: House) -> None:
    of = taught(house)
    moved(house, timedelta(days=2))
    house.enrolled(house.award(), house.put_class(provider_id=of.provider_id))
    first = today() - timedelta(days=4)
    walked: list[dict[str, Any]] = []
    query: dict[str, Any] = {"from": first, "to": today(), "limit": 2}
    while True:
        page = of_provider(of, "/days", **query)
        walked += page["items"]
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]
    assert [each["day"] for each in walked] == [
        (first + timedelta(days=n)).isoformat() for n in range(5)
    ]
    aside = [balances(each["accounts"])["set_aside"] for each in walked]
    assert aside == [(0, 0), (0, 0), (0, PRICE), (PRICE, PRICE), (PRICE, 2 * PRICE)]


def test_its_classes_are_told_apart(house: House) -> None:
    of = taught(house, 2)
    house.cancel(of.enrolments[1], "operator")
    other = house.put_class(provider_id=of.provider_id)
    house.enrolled(house.award(), other)
    told = of_provider(of, "/classes")
    assert {
        each["class_id"]: balances(each["accounts"])["set_aside"] for each in told["items"]
    } == {
        of.class_id: (0, PRICE),
        other: (0, PRICE),
    }
    assert balances(told["accounts"])["set_aside"] == (0, 2 * PRICE)
    page = of_provider(of, "/classes", limit=1)
    rest = of_provider(of, "/classes", limit=1, cursor=page["next_cursor"])
    assert [each["class_id"] for each in (*page["items"], *rest["items"])] == sorted(
        [of.class_id, other]
    )
    of_one = of_provider(of, class_id=other)
    assert [item["class_id"] for item in of_one["items"]] == [other]


def test_a_provider_sees_its_own_alone_and_operators_any(house: House) -> None:
    of, stranger = taught(house), taught(house)
    for below in ("", "/days", "/classes"):
        path = f"/statements/providers/{of.provider_id}{below}"
        refused = house.get(path, "provider", provider=stranger.provider_id)
        assert code(refused) == (404, "not-found")
        for role in ("operator", "auditor"):
            assert document(house.get(path, role))["provider_id"] == of.provider_id


def test_a_provider_that_nobody_ever_heard_of_is_not_there(shared_house: House) -> None:
    path = f"/statements/providers/{new_id()}"
    assert code(shared_house.get(path, "operator")) == (404, "not-found")


def test_an_incentive_is_none_of_the_providers_money(house: House) -> None:
    of = taught(house).completed()
    assert [item["cause"] for item in of_provider(of)["items"]] == ["enrolment"]


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("from=2027-01-02&to=2027-01-01", "/to"),
        ("from=2026-01-01&to=2027-01-02", "/to"),
        ("from=2026-02-30", "/from"),
        ("from=yesterday", "/from"),
        ("class_id=7", "/class_id"),
        ("cursor=x", "/cursor"),
    ],
)
def test_a_period_that_makes_no_sense_is_refused_by_name(
    shared_house: House, query: str, pointer: str
) -> None:
    of = taught(shared_house)
    path = f"/statements/providers/{of.provider_id}?{query}"
    refused = shared_house.get(path, "provider", provider=of.provider_id)
    assert (code(refused), pointers(refused)) == ((422, "validation-failed"), [pointer])


def test_a_walk_over_a_statement_neither_skips_nor_repeats(house: House) -> None:
    of = taught(house, 5)
    with house.as_owner() as connection:
        let_change(connection)
        same = span_of(today()).begins
        connection.execute(sa.update(MOVEMENT).values(moved_at=same))
    walked: list[str] = []
    query: dict[str, Any] = {"limit": 2}
    while True:
        page = of_provider(of, **query)
        walked += [item["id"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]
    assert len(walked) == len(set(walked)) == 5
