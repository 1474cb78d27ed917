"""Codes that are sent: how often, for how long and in which browser they are good, and who gets one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from services.accounts.app import build
from services.accounts.domain.people.codes import ATTEMPTS, SENT_IN_AN_HOUR
from services.accounts.service import AccountsService
from services.accounts.storage.people_tables import MESSAGE, ONE_TIME_CODE
from services.accounts.use_cases.people.bounds import (
    CODES_ASKED_BY_HOLDERS,
    WRONG_CODES_AT_ADDRESS,
    Bounds,
)
from tests.conformity import held_to_contract
from tests.services.accounts.pages.activating import another_code, ask, choose
from tests.services.accounts.people import (
    OTHER_PASSWORD,
    RINA,
    SITI,
    Visitor,
    add_holder,
    add_staff,
    code_sent,
    kinds_in_journal,
    messages_of,
    with_no_place,
)


def test_the_sixth_attempt_fails_even_with_the_right_code(
    house: AccountsService, visitor: Visitor
) -> None:
    ask(visitor)
    code = code_sent(house)
    for _ in range(ATTEMPTS):
        wrong = choose(visitor, another_code(code))
        assert wrong.status_code == 422
    assert choose(visitor, code).get_data() == wrong.get_data()
    assert kinds_in_journal(house) == []


def test_a_weak_password_uses_up_no_attempt(house: AccountsService, visitor: Visitor) -> None:
    ask(visitor)
    code = code_sent(house)
    for password in ("short", SITI.nik, "12345678", "prakerja123", "a" * 129, ""):
        assert choose(visitor, code, password).status_code == 422
    assert choose(visitor, code).status_code == 303


def test_a_right_code_costs_no_attempt_where_there_is_no_place_for_the_password(
    house: AccountsService, visitor: Visitor
) -> None:
    ask(visitor)
    code, flow = code_sent(house), visitor.cookie("balai-flow") or ""
    while_full = Visitor(held_to_contract(build(with_no_place(house))).test_client())
    while_full.client.set_cookie("balai-flow", flow)
    for _ in range(ATTEMPTS + 1):
        assert choose(while_full, code).status_code == 503

    assert choose(visitor, code).status_code == 303


def test_right_codes_are_not_counted_at_an_address(house: AccountsService) -> None:
    bounds = Bounds(clock=lambda: 0.0)
    visitor = Visitor(held_to_contract(build(replace(house, bounds=bounds))).test_client())
    ask(visitor)
    assert choose(visitor, code_sent(house)).status_code == 303

    for _ in range(WRONG_CODES_AT_ADDRESS.count):
        assert bounds.seconds_until_code(visitor.address) == 0
        bounds.count_wrong_code(visitor.address)
    assert bounds.seconds_until_code(visitor.address) > 0


def test_a_code_is_good_only_in_the_browser_that_asked_for_it(
    house: AccountsService, app: Flask, visitor: Visitor
) -> None:
    ask(visitor)
    code = code_sent(house)
    thief = Visitor(app.test_client())
    ask(thief)

    assert choose(thief, code).status_code == 422
    for _ in range(ATTEMPTS):
        choose(thief, "000000")
    assert choose(visitor, code).status_code == 303


def test_a_code_is_good_once(house: AccountsService, app: Flask, visitor: Visitor) -> None:
    ask(visitor)
    code, flow = code_sent(house), visitor.cookie("balai-flow") or ""
    choose(visitor, code)
    again = Visitor(app.test_client())
    again.client.set_cookie("balai-flow", flow)

    assert choose(again, code, OTHER_PASSWORD).status_code == 422


def test_a_code_runs_out(house: AccountsService, visitor: Visitor) -> None:
    ask(visitor)
    code = code_sent(house)
    with house.database.engine.begin() as connection:
        earlier = house.database.now(connection) - timedelta(seconds=1)
        connection.execute(sa.update(ONE_TIME_CODE).values(expires_at=earlier))

    assert choose(visitor, code).status_code == 422


def test_a_flow_of_staff_is_none_of_a_holder(house: AccountsService, visitor: Visitor) -> None:
    add_staff(house, RINA)
    visitor.send("/activate/staff", email=RINA)
    code, flow = code_sent(house), visitor.cookie("balai-flow") or ""
    visitor.client.set_cookie("balai-flow", flow.replace("staff.", "holder."))

    assert choose(visitor, code, "delapan8").status_code == 422


def test_nobody_is_flooded_with_codes_and_nobody_learns_of_it(
    house: AccountsService, app: Flask
) -> None:
    answers: list[tuple[int, str]] = []
    for number in range(SENT_IN_AN_HOUR + 2):
        visitor = Visitor(app.test_client(), address=f"203.0.113.{number}")
        answer = ask(visitor)
        answers.append((answer.status_code, answer.headers["Location"]))

    assert len(set(answers)) == 1
    assert len(messages_of(house)) == SENT_IN_AN_HOUR


def test_whoever_signed_in_before_gets_a_code_however_many_others_asked_for(
    house: AccountsService, app: Flask, visitor: Visitor
) -> None:
    add_holder(house)
    visitor.sign_in(SITI.card_number)
    visitor.send("/sign-out", page="/account")
    for number in range(SENT_IN_AN_HOUR):
        ask(Visitor(app.test_client(), address=f"203.0.113.{number}"))
    messages_of(house)

    ask(visitor)

    assert choose(visitor, code_sent(house), OTHER_PASSWORD).status_code == 303


@pytest.fixture
def stored(house: AccountsService, visitor: Visitor) -> Iterator[str]:
    ask(visitor)
    with house.database.reading() as connection:
        tables = (MESSAGE, ONE_TIME_CODE)
        yield str([connection.execute(sa.select(table)).all() for table in tables])


def test_what_is_stored_of_a_code_tells_neither_it_nor_for_whom(
    house: AccountsService, stored: str
) -> None:
    code = code_sent(house)

    for secret in (code, SITI.card_number, SITI.nik, SITI.name):
        assert secret not in stored
    with house.database.reading() as connection:
        row = connection.execute(sa.select(MESSAGE)).one()
    assert row.sealed is None
    assert row.sent_at is not None


def test_a_training_centre_behind_one_address_activates_its_cards_within_an_hour(
    house: AccountsService,
) -> None:
    bounds = house.bounds
    asked = [bounds.asked_by_holders.take("192.0.2.10", now=0.0) for _ in range(2 * 200)]
    assert set(asked) == {0}
    for _ in range(CODES_ASKED_BY_HOLDERS.count - 2 * 200):
        bounds.asked_by_holders.take("192.0.2.10", now=0.0)
    visitor = Visitor(
        held_to_contract(
            build(replace(house, bounds=replace(bounds, clock=lambda: 0.0)))
        ).test_client()
    )

    assert ask(visitor).status_code == 429
    assert visitor.send("/activate/staff", email="nobody@lpk.example").status_code == 303
