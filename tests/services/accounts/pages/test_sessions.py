"""Sessions: what a browser keeps of them, when they end, and who ends them."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from services.accounts.service import AccountsService
from services.accounts.storage.people_tables import ACCOUNT, DEVICE, SESSION
from tests.services.accounts.people import (
    PASSWORD,
    RINA,
    SITI,
    Visitor,
    add_holder,
    add_staff,
    another,
    text_of,
)


def test_a_new_token_is_given_at_each_sign_in_and_the_old_one_ends(
    house: AccountsService, visitor: Visitor
) -> None:
    add_holder(house)
    visitor.client.set_cookie("balai-session", "planted-by-somebody-else")
    visitor.sign_in(SITI.card_number)
    first = visitor.cookie("balai-session") or ""
    visitor.sign_in(SITI.card_number)
    second = visitor.cookie("balai-session")

    assert len({"planted-by-somebody-else", first, second}) == 3
    assert re.fullmatch(r"[\w-]{43}", first)
    visitor.client.set_cookie("balai-session", first)
    assert not visitor.is_signed_in()


def test_what_the_browser_keeps_is_kept_from_scripts_and_from_the_database(
    house: AccountsService, visitor: Visitor
) -> None:
    add_holder(house)
    answer = visitor.sign_in(SITI.card_number)

    session, device = answer.headers.getlist("Set-Cookie")
    assert re.fullmatch(r"balai-session=[\w-]{43}; Path=/; HttpOnly; SameSite=Lax", session)
    assert device.endswith("; Path=/; HttpOnly; SameSite=Lax; Max-Age=34560000")
    tokens = [line.split("=")[1].split(";")[0] for line in (session, device)]
    with house.database.reading() as connection:
        for table in (SESSION, DEVICE, ACCOUNT):
            rows = str(connection.execute(sa.select(table)).all())
            assert not any(token in rows for token in tokens)
            assert SITI.card_number not in rows
            assert PASSWORD not in rows


def test_signing_out_ends_the_session_and_not_only_the_cookie(
    house: AccountsService, visitor: Visitor
) -> None:
    add_holder(house)
    visitor.sign_in(SITI.card_number)
    token = visitor.cookie("balai-session") or ""

    answer = visitor.send("/sign-out", page="/account")

    assert answer.headers["Location"] == "/sign-in?signed-out=1"
    assert "You are signed out" in text_of(visitor.open("/sign-in?signed-out=1"))
    visitor.client.set_cookie("balai-session", token)
    assert not visitor.is_signed_in()
    assert visitor.send("/sign-out", page="/sign-in").status_code == 303


@pytest.mark.parametrize(
    ("is_holder", "unused", "old"),
    [
        (True, timedelta(days=14), timedelta(days=60)),
        (False, timedelta(hours=2), timedelta(hours=12)),
    ],
)
def test_a_session_ends_when_it_is_unused_or_old(
    house: AccountsService, visitor: Visitor, is_holder: bool, unused: timedelta, old: timedelta
) -> None:
    name = SITI.card_number if is_holder else RINA
    add_holder(house) if is_holder else add_staff(house, RINA)
    for column, back, alive in (
        ("last_seen_at", unused - timedelta(minutes=1), True),
        ("last_seen_at", unused + timedelta(minutes=1), False),
        ("expires_at", old + timedelta(minutes=1), False),
    ):
        visitor.sign_in(name)
        with house.database.engine.begin() as connection:
            row = connection.execute(sa.select(SESSION).where(SESSION.c.ended_at.is_(None))).one()
            earlier = getattr(row, column) - back
            mine = SESSION.c.session_id == row.session_id
            connection.execute(sa.update(SESSION).where(mine).values({column: earlier}))
        assert visitor.is_signed_in() is alive


def test_a_session_in_use_stays(house: AccountsService, visitor: Visitor) -> None:
    add_staff(house, RINA)
    visitor.sign_in(RINA)
    for _ in range(3):
        with house.database.engine.begin() as connection:
            row = connection.execute(sa.select(SESSION)).one()
            earlier = row.last_seen_at - timedelta(minutes=100)
            connection.execute(sa.update(SESSION).values(last_seen_at=earlier))
        assert visitor.is_signed_in()


def test_own_sessions_are_seen_and_ended_and_nobody_elses(
    house: AccountsService, app: Flask, visitor: Visitor
) -> None:
    add_holder(house)
    add_staff(house, RINA)
    other, stranger = another(app), another(app)
    for browser, name in (
        (visitor, SITI.card_number),
        (other, SITI.card_number),
        (stranger, RINA),
    ):
        browser.sign_in(name)
    page = visitor.open("/account").get_data(as_text=True)
    (session,) = re.findall(r'name="session" value="([0-9a-f-]{36})"', page)

    assert "Another browser" in page
    stranger.send("/account/sessions", page="/account", session=session)
    assert other.is_signed_in()
    visitor.send("/account/sessions", page="/account", session=session)
    assert not other.is_signed_in()
    other.sign_in(SITI.card_number)
    visitor.send("/account/sessions", page="/account")
    assert not other.is_signed_in()
    assert visitor.is_signed_in()
    assert stranger.is_signed_in()


def test_signing_out_everywhere_else_is_offered_even_where_no_other_browser_is_seen(
    house: AccountsService, visitor: Visitor
) -> None:
    add_holder(house)
    visitor.sign_in(SITI.card_number)

    assert "Sign out everywhere else" in text_of(visitor.open("/account"))
