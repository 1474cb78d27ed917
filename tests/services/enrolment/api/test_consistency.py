"""The question every audit ends with: nothing where all is well, and each planted difference where it is not."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from tests.services.enrolment.house import House, document

Plan = list[tuple[str, str]]


def lived_in(house: House) -> dict[str, str]:
    """Let a little of everything happen, and return ids by what they stand for."""
    full, other = house.put_class(declared_seats=2), house.put_class()
    cards = house.award_many(4)
    taken = [house.enrolled(card, full) for card in cards[:2]]
    house.enrol(cards[2], full)
    house.enrolled(cards[3], other)
    house.redeem(taken[0]["id"], taken[0]["redeem_code"], "holder", card=cards[0].card_ref)
    house.cancel(taken[1]["id"], "operator")
    house.get(f"/classes/{full}/roster?reason=Pengawasan", "operator")
    house.look_up("operator", card_number=cards[0].card_number)
    house.put_class(full, declared_seats=1)
    return {
        "card": cards[0].card_ref,
        "class": full,
        "enrolment": taken[0]["id"],
        "wave": house.wave_id,
    }


def test_tables_and_entries_agree_after_a_little_of_everything(house: House) -> None:
    lived_in(house)
    report = document(house.get("/consistency", "operator"))
    assert report == {
        "checked": {
            "cards": 4,
            "classes": 2,
            "enrolments": 3,
            "waves": 1,
            "journal_entries": len(house.entries()),
        },
        "differences": [],
        "differences_found": 0,
    }


TAMPERINGS: dict[str, tuple[str, str, set[str]]] = {
    "a balance": (
        "update card set balance = balance + 1 where card_ref = :card",
        "card",
        {"card balance, by movements", "card balance, by journal"},
    ),
    "a card's state": (
        "update card set state = 'between' where card_ref = :card",
        "card",
        {"card state, by journal"},
    ),
    "the seats held": (
        "update training_class set held = held + 1, effective_seats = effective_seats + 1"
        " where class_id = :class",
        "class",
        {"seats held, by enrolments", "seats held, by journal"},
    ),
    "an enrolment's state": (
        "update enrolment set state = 'confirmed' where enrolment_id = :enrolment",
        "enrolment",
        {"enrolment state, by journal"},
    ),
    "an enrolment's price": (
        "update enrolment set price = price - 1 where enrolment_id = :enrolment",
        "enrolment",
        {"enrolment price, by journal"},
    ),
    "the people admitted": (
        "update wave set admitted = admitted + 1 where wave_id = :wave",
        "wave",
        {"people admitted, by cards", "people admitted, by journal"},
    ),
    "an enrolment that vanished": (
        "delete from enrolment where enrolment_id = :enrolment",
        "enrolment",
        {"enrolment state, by journal", "enrolment price, by journal"},
    ),
    "a movement": (
        "update movement set amount = amount - 1 where card_ref = :card and source = 'state'",
        "card",
        {"card balance, by movements"},
    ),
    "a movement that vanished": (
        "delete from movement where card_ref = :card and source = 'card'",
        "card",
        {"card balance, by movements"},
    ),
}


@pytest.mark.parametrize("what", TAMPERINGS)
def test_a_planted_difference_is_found_and_named(house: House, what: str) -> None:
    statement, about, found = TAMPERINGS[what]
    ids = lived_in(house)
    tamper(house, statement, ids)
    differences = house.differences()
    assert {d["what"] for d in differences if d["id"] == ids[about]} == found
    assert {d["what"] for d in differences} - found <= {"seats held, by enrolments"}


def test_an_entry_that_was_taken_out_is_found(house: House) -> None:
    lived_in(house)
    kinds = [entry["kind"] for entry in house.entries()]
    position = kinds.index("enrolment-redeemed") + 1
    tamper(house, "delete from journal_entry where position = :position", {"position": position})
    found = {difference["what"] for difference in house.differences()}
    assert found == {"journal length", "enrolment state, by journal"}


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("2800000", "1", "card balance, by journal"),
        ("in_training", "between", "card state, by journal"),
        ("700000", "1", "enrolment price, by journal"),
    ],
)
def test_an_entry_that_was_rewritten_is_found(house: House, old: str, new: str, found: str) -> None:
    lived_in(house)
    statement = "update journal_entry set body = replace(body, :old, :new)"
    tamper(house, statement, {"old": old, "new": new})
    assert found in {difference["what"] for difference in house.differences()}


def test_a_class_that_was_oversold_is_found(house: House) -> None:
    ids = lived_in(house)
    oversell = "update training_class set held = effective_seats + 1 where class_id = :class"
    tamper(house, oversell, ids, without="class_never_oversold")
    assert {"what": "oversold", "id": ids["class"]} in house.differences()


def test_many_differences_are_counted_but_not_all_shown(house: House) -> None:
    house.award_many(120)
    tamper(house, "update card set balance = 1", {})
    report = document(house.get("/consistency", "auditor"))
    assert (len(report["differences"]), report["differences_found"]) == (100, 240)


def tamper(
    house: House, statement: str, parameters: dict[str, Any], *, without: str | None = None
) -> None:
    """Do as the owner what the application cannot: with triggers gone, and one constraint too."""
    with house.as_owner() as connection:
        if connection.dialect.name == "sqlite":
            names = connection.execute(
                sa.text("select name from sqlite_master where type = 'trigger'")
            ).scalars()
            for name in list(names):
                connection.execute(sa.text(f"drop trigger {name}"))
            if without:
                connection.execute(sa.text("pragma ignore_check_constraints = on"))
        else:
            for table in ("movement", "journal_entry"):
                connection.execute(sa.text(f"alter table {table} disable trigger user"))
            if without:
                connection.execute(sa.text(f"alter table training_class drop constraint {without}"))
        used = {name: value for name, value in parameters.items() if f":{name}" in statement}
        connection.execute(sa.text(statement), used)
