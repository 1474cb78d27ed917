"""Activating a card, and choosing a new password where the old one was forgotten: by a code that is sent."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from chassis.database import Database
from services.accounts.app import build
from services.accounts.domain.mandates import Mandate
from services.accounts.domain.people.codes import ATTEMPTS, SENT_IN_AN_HOUR
from services.accounts.domain.people.messages import Recipient
from services.accounts.service import AccountsService
from services.accounts.storage.people_tables import DEVICE, MESSAGE, ONE_TIME_CODE
from services.accounts.use_cases.people.bounds import (
    CODES_ASKED_BY_HOLDERS,
    CODES_ASKED_BY_STAFF,
    WRONG_CODES_AT_ADDRESS,
    Bounds,
)
from tests.conformity import held_to_contract
from tests.services.accounts.enrolment_stand_in import AWAY
from tests.services.accounts.people import (
    BUDI,
    NOBODYS_CARD,
    OTHER_PASSWORD,
    PASSWORD,
    PROVIDER,
    SITI,
    Visitor,
    add_holder,
    add_staff,
    kinds_in_journal,
    leads_on_to,
    messages_of,
    text_of,
    with_no_place,
    without_token,
)

EMAIL = "rina@lpk.example"


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    """Gather the statements that are sent to a database."""
    sent: list[str] = []

    def note(*arguments: object) -> None:
        sent.append(str(arguments[2]))

    sa.event.listen(database.engine, "before_cursor_execute", note)
    yield sent
    sa.event.remove(database.engine, "before_cursor_execute", note)


@pytest.fixture
def visitor(app: Flask) -> Visitor:
    return Visitor(app.test_client())


def ask(visitor: Visitor, card_number: str = SITI.card_number, nik: str = SITI.nik) -> TestResponse:
    return visitor.send("/activate", card_number=card_number, nik=nik)


def choose(visitor: Visitor, code: str, password: str = PASSWORD) -> TestResponse:
    return visitor.send("/activate/code", code=code, password=password)


def code_sent(house: AccountsService) -> str:
    """Return the code in the one message that is to be sent."""
    (message,) = messages_of(house)
    return message.values["code"]


def another_code(code: str) -> str:
    """Return a code that is not this one."""
    return f"{(int(code) + 1) % 1_000_000:06}"


def test_a_card_is_activated_with_a_code_and_its_holder_signed_in(
    house: AccountsService, visitor: Visitor
) -> None:
    asked = ask(visitor)
    assert asked.headers["Location"] == "/activate/code"
    (message,) = messages_of(house)
    assert message.to == Recipient(card=SITI.card)
    assert re.fullmatch(r"[0-9]{6}", message.values["code"])

    done = choose(visitor, message.values["code"])

    assert (done.status_code, done.headers["Location"]) == (303, "/account")
    assert visitor.is_signed_in()
    assert visitor.cookie("balai-flow") is None
    assert kinds_in_journal(house) == ["account-created", "account-activated"]
    assert messages_of(house) == []


def test_a_forgotten_password_is_replaced_the_same_way_and_every_browser_signed_out(
    house: AccountsService, app: Flask, visitor: Visitor
) -> None:
    add_holder(house)
    other = Visitor(app.test_client())
    other.sign_in(SITI.card_number)

    ask(visitor)
    assert choose(visitor, code_sent(house), OTHER_PASSWORD).status_code == 303

    assert not other.is_signed_in()
    assert visitor.is_signed_in()
    (told,) = messages_of(house)
    assert (told.kind, told.to) == ("password-changed", Recipient(card=SITI.card))
    assert other.sign_in(SITI.card_number).status_code == 422
    assert other.sign_in(SITI.card_number, OTHER_PASSWORD).status_code == 303
    assert kinds_in_journal(house) == ["password-changed"]


def test_a_password_chosen_by_a_code_forgets_the_browsers_that_were_known(
    house: AccountsService, visitor: Visitor
) -> None:
    add_holder(house)
    visitor.sign_in(SITI.card_number)
    known = visitor.cookie("balai-device")

    ask(visitor)
    choose(visitor, code_sent(house), OTHER_PASSWORD)

    assert visitor.cookie("balai-device") != known
    with house.database.reading() as connection:
        assert len(connection.execute(sa.select(DEVICE)).all()) == 1


def test_staff_get_the_code_by_e_mail(house: AccountsService, visitor: Visitor) -> None:
    add_staff(house, EMAIL, Mandate("provider", provider=PROVIDER))

    visitor.send("/activate/staff", email="RINA@lpk.example")
    (message,) = messages_of(house)
    assert message.to == Recipient(email=EMAIL)
    assert choose(visitor, message.values["code"], OTHER_PASSWORD).status_code == 303

    assert "Staff of a training provider" in text_of(visitor.open("/account"))


@pytest.mark.parametrize(
    ("card_number", "nik"),
    [
        (SITI.card_number, BUDI.nik),
        (NOBODYS_CARD, SITI.nik),
        (SITI.card_number, "3171234507890123"),
    ],
)
def test_numbers_that_do_not_belong_together_are_answered_in_the_same_bytes(
    house: AccountsService, app: Flask, card_number: str, nik: str
) -> None:
    add_holder(house, BUDI)
    shown = []
    for pair in ((SITI.card_number, SITI.nik), (BUDI.card_number, BUDI.nik), (card_number, nik)):
        visitor = Visitor(app.test_client())
        asked = ask(visitor, *pair)
        page = without_token(visitor.open("/activate/code"))
        wrong = without_token(choose(visitor, "not-it"))
        shown.append(
            (
                asked.status_code,
                asked.headers["Location"],
                page,
                wrong,
            )
        )
    assert shown[0] == shown[1] == shown[2]
    assert len(messages_of(house)) == 2


def test_an_address_that_nobody_has_is_answered_in_the_same_bytes(
    house: AccountsService, app: Flask
) -> None:
    add_staff(house, EMAIL)
    shown = set()
    for email in (EMAIL, "nobody@lpk.example"):
        visitor = Visitor(app.test_client())
        asked = visitor.send("/activate/staff", email=email)
        page = without_token(visitor.open("/activate/code"))
        shown.add((asked.status_code, asked.headers["Location"], page))
    assert len(shown) == 1
    assert len(messages_of(house)) == 1


def test_staff_is_sent_a_code_that_nobody_guesses_in_years(
    house: AccountsService, app: Flask
) -> None:
    add_staff(house, EMAIL)
    visitor = Visitor(app.test_client())
    visitor.send("/activate/staff", email=EMAIL)
    code = code_sent(house)
    assert re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}", code)
    assert choose(visitor, code.lower().replace("-", " "), OTHER_PASSWORD).status_code == 303


def test_as_many_statements_are_sent_for_nobody_as_for_somebody(
    house: AccountsService, app: Flask
) -> None:
    add_staff(house, EMAIL)
    add_holder(house)
    seen: dict[str, list[int]] = {"staff": [], "holder": []}
    for email in (EMAIL, "nobody@lpk.example"):
        with statements(house.database) as sent:
            Visitor(app.test_client()).send("/activate/staff", email=email)
        seen["staff"].append(len(sent))
    for nik in (SITI.nik, BUDI.nik):
        with statements(house.database) as sent:
            ask(Visitor(app.test_client()), SITI.card_number, nik)
        seen["holder"].append(len(sent))

    assert all(some == none > 0 for some, none in seen.values())
    assert len(messages_of(house)) == 2


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
    add_staff(house, EMAIL)
    visitor.send("/activate/staff", email=EMAIL)
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


def test_a_training_centre_behind_one_address_activates_its_cards_within_an_hour(
    house: AccountsService,
) -> None:
    bounds = house.bounds
    asked = [bounds.asked_by_holders.take("192.0.2.10", now=0.0) for _ in range(2 * 200)]
    assert set(asked) == {0}
    for _ in range(CODES_ASKED_BY_HOLDERS.count - 2 * 200):
        bounds.asked_by_holders.take("192.0.2.10", now=0.0)
    visitor = Visitor(held_to_contract(build(at_zero(house))).test_client())

    assert ask(visitor).status_code == 429
    assert visitor.send("/activate/staff", email="nobody@lpk.example").status_code == 303


def at_zero(house: AccountsService) -> AccountsService:
    """Return the service at the instant 0 of its throttles' clock."""
    return replace(house, bounds=replace(house.bounds, clock=lambda: 0.0))


def test_one_address_asks_for_so_many_codes_of_staff_only(visitor: Visitor) -> None:
    for _ in range(CODES_ASKED_BY_STAFF.count):
        assert visitor.send("/activate/staff", email="nobody@lpk.example").status_code == 303

    answer = visitor.send("/activate/staff", email="nobody@lpk.example")

    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0


@pytest.mark.parametrize(
    ("card_number", "nik", "fields"),
    [
        ("", "", {"card_number", "nik"}),
        ("123", SITI.nik, {"card_number"}),
        (SITI.card_number, "x", {"nik"}),
        (SITI.card_number, SITI.nik[:6] + "9" + SITI.nik[7:], {"nik"}),
    ],
)
def test_what_cannot_be_a_number_is_told_at_its_field(
    visitor: Visitor, card_number: str, nik: str, fields: set[str]
) -> None:
    page = ask(visitor, card_number, nik)

    assert page.status_code == 422
    assert set(re.findall(r'aria-invalid="true"', page.get_data(as_text=True))) == {
        'aria-invalid="true"'
    }
    assert set(re.findall(r'<a href="#(\w+)">', page.get_data(as_text=True))) == fields


def test_while_enrolment_fails_people_are_told_to_come_back(
    house: AccountsService, visitor: Visitor
) -> None:
    page = ask(visitor, AWAY)

    assert page.status_code == 503
    assert page.headers["Retry-After"] == "5"
    assert "Nothing is lost" in text_of(page)
    assert messages_of(house) == []


def test_the_page_for_the_code_is_for_whoever_asked(visitor: Visitor) -> None:
    assert visitor.open("/activate/code").headers["Location"] == "/activate"


def test_what_asked_for_the_sign_in_is_gone_on_to_after_the_code(
    house: AccountsService, visitor: Visitor
) -> None:
    going_on = {"continue": "/oauth/authorize?a=1"}
    asked = visitor.send(
        "/activate",
        card_number=SITI.card_number,
        nik=SITI.nik,
        **going_on,
    )
    assert asked.headers["Location"] == "/activate/code?continue=%2Foauth%2Fauthorize%3Fa%3D1"
    done = visitor.send(
        "/activate/code",
        code=code_sent(house),
        password=PASSWORD,
        **going_on,
    )
    assert leads_on_to(done) == "/oauth/authorize?a=1"
    assert visitor.is_signed_in()
    assert visitor.cookie("balai-flow") is None


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
