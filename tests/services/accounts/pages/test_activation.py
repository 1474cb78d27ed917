"""Activating a card, and choosing a new password where the old one was forgotten: by a code that is sent."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa
from flask import Flask

from services.accounts.domain.people.messages import Recipient
from services.accounts.service import AccountsService
from services.accounts.storage.people_tables import DEVICE
from tests.services.accounts.enrolment_stand_in import AWAY
from tests.services.accounts.pages.activating import ask, choose
from tests.services.accounts.people import (
    BUDI,
    NOBODYS_CARD,
    OTHER_PASSWORD,
    PASSWORD,
    SITI,
    Visitor,
    add_holder,
    code_sent,
    kinds_in_journal,
    leads_on_to,
    messages_of,
    text_of,
    without_token,
)
from tests.statements import statements


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


def test_as_many_statements_are_sent_for_numbers_that_do_not_belong_together(
    house: AccountsService, app: Flask
) -> None:
    add_holder(house)
    seen = []
    for nik in (SITI.nik, BUDI.nik):
        with statements(house.database) as sent:
            ask(Visitor(app.test_client()), SITI.card_number, nik)
        seen.append(len(sent))

    right, wrong = seen
    assert right == wrong > 0
    assert len(messages_of(house)) == 1


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
