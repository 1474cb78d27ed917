"""Signing in: with what is one's own, and without learning what is somebody else's."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask

from chassis.password_hashing import PasswordHashes
from services.accounts.domain.mandates import Mandate
from services.accounts.queries.sessions import signed_in
from services.accounts.service import AccountsService
from services.accounts.storage.people_tables import ACCOUNT
from tests.services.accounts.pages.password_work import hashes
from tests.services.accounts.people import (
    HTML,
    NOBODYS_CARD,
    PASSWORD,
    PROVIDER,
    RINA,
    SITI,
    Visitor,
    add_holder,
    add_staff,
    leads_on_to,
    text_of,
    token_in,
)

ASKED = "/oauth/authorize?client_id=portal&redirect_uri=https%3A%2F%2Fapp.example%2Fcb&state=x"


@pytest.mark.parametrize("name", [SITI.card_number, "8100 0000 0000 0017", "8100-0000-0000-0017"])
def test_a_holder_signs_in_with_the_card_number(
    house: AccountsService, visitor: Visitor, name: str
) -> None:
    account = add_holder(house)

    answer = visitor.sign_in(name)

    assert (answer.status_code, answer.headers["Location"]) == (303, "/account")
    assert "Card holder" in text_of(visitor.open("/account"))
    with house.database.reading() as connection:
        token = visitor.cookie("balai-session") or ""
        who = signed_in(connection, token=token, now=house.database.now(connection))
    assert who is not None
    assert (who.account_id, who.mandate) == (account, Mandate("holder", card=SITI.card))
    assert (who.language, len(who.session_id)) == ("en", 36)


@pytest.mark.parametrize("name", [RINA, " Rina@LPK.example "])
def test_staff_sign_in_with_the_address(
    house: AccountsService, visitor: Visitor, name: str
) -> None:
    add_staff(house, RINA, Mandate("provider", provider=PROVIDER), owner=True)

    assert visitor.sign_in(name).status_code == 303
    page = text_of(visitor.open("/account"))
    assert "Staf rina" in page
    assert RINA in page
    assert "may invite colleagues" in page


def test_a_password_is_the_same_on_every_keyboard(house: AccountsService, visitor: Visitor) -> None:
    add_staff(house, RINA, password="café perahu lampu")

    assert visitor.sign_in(RINA, "cafe\u0301 perahu lampu").status_code == 303


def test_a_person_goes_on_to_what_asked_for_the_sign_in(
    house: AccountsService, visitor: Visitor
) -> None:
    add_holder(house)
    page = visitor.open("/sign-in?continue=" + ASKED.replace("%", "%25").replace("&", "%26"))
    assert ASKED.replace("&", "&amp;") in page.get_data(as_text=True)

    answer = visitor.sign_in(SITI.card_number, **{"continue": ASKED})

    assert leads_on_to(answer) == ASKED
    assert visitor.is_signed_in()


@pytest.mark.parametrize(
    "elsewhere", ["//evil.example", "https://evil.example", "/\\evil", "/account", "javascript:1"]
)
def test_nobody_is_led_to_another_site(
    house: AccountsService, visitor: Visitor, elsewhere: str
) -> None:
    add_holder(house)

    page = visitor.open(f"/sign-in?continue={elsewhere}")
    assert 'name="continue"' not in page.get_data(as_text=True)
    assert "evil" not in page.headers["Content-Security-Policy"]
    answer = visitor.sign_in(SITI.card_number, **{"continue": elsewhere})

    assert answer.headers["Location"] == "/account"


def test_whatever_is_wrong_is_told_in_the_same_bytes_after_the_same_work(
    house: AccountsService, app: Flask
) -> None:
    add_holder(house)
    add_staff(house, RINA)
    gone = add_staff(house, "gone@lpk.example")
    unset = add_staff(house, "unset@lpk.example")
    with house.database.engine.begin() as connection:
        rows = sa.update(ACCOUNT)
        empty = {"name_digest": None, "sealed": None, "password_hash": None}
        now = house.database.now(connection)
        connection.execute(
            rows.where(ACCOUNT.c.account_id == gone).values(**empty, disabled_at=now)
        )
        connection.execute(rows.where(ACCOUNT.c.account_id == unset).values(password_hash=None))
    names = [SITI.card_number, NOBODYS_CARD, RINA, "nobody@lpk.example", "gone@lpk.example"]
    names += ["unset@lpk.example", "neither name nor number", "a" * 250]
    visitor = Visitor(app.test_client())
    said, work = set(), set()
    for number, name in enumerate(names):
        visitor.address = f"203.0.113.{number}"
        before = hashes()
        answer = visitor.sign_in(name, "not the password")
        work.add(hashes() - before)
        page = answer.get_data(as_text=True).replace(f'value="{name}"', "")
        said.add((answer.status_code, page, str(sorted(answer.headers.keys()))))

    assert work == {1.0}
    assert len(said) == 1


def test_without_the_work_for_unknown_names_the_test_above_would_see_it(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = PasswordHashes.matches
    monkeypatch.setattr(
        PasswordHashes, "matches", lambda self, kept, given: bool(kept) and whole(self, kept, given)
    )
    before = hashes()
    Visitor(app.test_client()).sign_in("nobody@lpk.example")

    assert hashes() - before == 0.0


def test_an_empty_form_is_told_what_is_missing(visitor: Visitor) -> None:
    page = visitor.send("/sign-in", name=" ", password="")

    assert page.status_code == 422
    assert '<a href="#name">Type your card number' in page.get_data(as_text=True)
    assert '<a href="#password">Type your password' in page.get_data(as_text=True)


def test_a_form_from_another_site_signs_nobody_in(house: AccountsService, visitor: Visitor) -> None:
    add_holder(house)
    token = token_in(visitor.open("/sign-in"))
    data = {"form_token": token, "name": SITI.card_number, "password": PASSWORD}
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
        answer = visitor.client.post("/sign-in", data=data, headers={**HTML, **headers})
        assert answer.status_code == 403
        assert "balai-session" not in str(answer.headers.getlist("Set-Cookie"))
    data["form_token"] = "0" * 64
    assert visitor.client.post("/sign-in", data=data, headers=HTML).status_code == 403


def test_whoever_is_not_signed_in_is_led_to_the_form(visitor: Visitor) -> None:
    for path in ("/account/password", "/account/sessions"):
        answer = visitor.send(path, page="/sign-in")
        assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-in")
    assert visitor.open("/account").headers["Location"] == "/sign-in"
