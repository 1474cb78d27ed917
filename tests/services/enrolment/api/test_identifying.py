"""Whether a card and a NIK belong together, for accounts: asked by services alone, and recorded."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.chassis.problem_documents import code
from tests.services.enrolment.house import House, document

PATH = "/internal/cards/identification"
ABSENT = "9999999999999999"


def identify(house: House, card_number: str, nik: str, role: str | None = "system") -> TestResponse:
    body = {"card_number": card_number, "nik": nik}
    return house.call("POST", PATH, role=role, json=body)


def looked_up(house: House, card_ref: str) -> list[Any]:
    with house.service.database.reading() as connection:
        entries = house.service.journal.read(connection, after=0, limit=1_000)
    return [
        (e.actor, e.role, e.body["by"], e.body["shown"])
        for e in entries
        if e.kind == "card-looked-up" and e.subjects["card_ref"] == card_ref
    ]


def test_numbers_that_belong_together_tell_the_card_and_that_is_recorded(house: House) -> None:
    card = house.award()

    found = document(identify(house, card.card_number, card.person.nik))

    assert found == {"card_ref": card.card_ref, "region": "32.73"}
    by = "card_number_and_nik"
    assert looked_up(house, card.card_ref) == [("test:system", "system", by, True)]


def test_a_nik_of_somebody_else_tells_nothing_and_is_recorded_with_the_card(house: House) -> None:
    card, other = house.award(), house.award()

    refused = identify(house, card.card_number, other.person.nik)

    assert code(refused) == (404, "card-not-found")
    assert [entry[3] for entry in looked_up(house, card.card_ref)] == [False]
    assert looked_up(house, other.card_ref) == []


def test_a_number_that_no_card_has_tells_nothing_and_fills_no_journal(house: House) -> None:
    card = house.award()

    assert code(identify(house, ABSENT, card.person.nik)) == (404, "card-not-found")
    assert looked_up(house, card.card_ref) == []


@pytest.mark.parametrize("role", ["officer", "operator", "auditor", None])
def test_nobody_but_a_service_asks(house: House, role: str | None) -> None:
    card = house.award()
    claims: dict[str, Any] = {"region": "32"} if role == "officer" else {}
    body = {"card_number": card.card_number, "nik": card.person.nik}

    refused = house.call("POST", PATH, role=role, json=body, **claims)

    assert refused.status_code == (401 if role is None else 403)
    assert looked_up(house, card.card_ref) == []
