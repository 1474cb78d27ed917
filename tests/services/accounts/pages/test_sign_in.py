"""Signing in: with what is one's own, and without learning what is somebody else's."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from chassis import rate_limits
from chassis.password_hashing import HASHES, PasswordHashes
from services.accounts.app import build
from services.accounts.domain.mandates import Mandate
from services.accounts.queries.sessions import signed_in
from services.accounts.service import AccountsService
from services.accounts.storage.people_tables import ACCOUNT, DEVICE, SESSION
from services.accounts.use_cases.people.bounds import (
    GUESSES_AT_ADDRESS,
    GUESSES_AT_NAME,
    GUESSES_AT_NAME_AND_ADDRESS,
    GUESSES_FROM_DEVICE,
    Bounds,
)
from tests.conformity import held_to_contract
from tests.services.accounts.people import (
    HTML,
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
    text_of,
    token_in,
    without_token,
)

EMAIL = "rina@lpk.example"
ASKED = "/oauth/authorize?client_id=portal&redirect_uri=https%3A%2F%2Fapp.example%2Fcb&state=x"


@pytest.fixture
def visitor(app: Flask) -> Visitor:
    return Visitor(app.test_client())


def another(app: Flask, address: str = "198.51.100.7") -> Visitor:
    """Return another browser, somewhere else."""
    return Visitor(app.test_client(), address=address)


def at(house: AccountsService, clock: list[float]) -> AccountsService:
    """Return the service with throttles that go by a clock of the test's."""
    return replace(house, bounds=Bounds(clock=lambda: clock[0]))


def hashes() -> float:
    """Return how many passwords were hashed so far."""
    return float(HASHES._value.get())


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


@pytest.mark.parametrize("name", [EMAIL, " Rina@LPK.example "])
def test_staff_sign_in_with_the_address(
    house: AccountsService, visitor: Visitor, name: str
) -> None:
    add_staff(house, EMAIL, Mandate("provider", provider=PROVIDER), owner=True)

    assert visitor.sign_in(name).status_code == 303
    page = text_of(visitor.open("/account"))
    assert "Staf rina" in page
    assert EMAIL in page
    assert "may invite colleagues" in page


def test_a_password_is_the_same_on_every_keyboard(house: AccountsService, visitor: Visitor) -> None:
    add_staff(house, EMAIL, password="café perahu lampu")

    assert visitor.sign_in(EMAIL, "cafe\u0301 perahu lampu").status_code == 303


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
    add_staff(house, EMAIL)
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
    names = [SITI.card_number, NOBODYS_CARD, EMAIL, "nobody@lpk.example", "gone@lpk.example"]
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
    name = SITI.card_number if is_holder else EMAIL
    add_holder(house) if is_holder else add_staff(house, EMAIL)
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
    add_staff(house, EMAIL)
    visitor.sign_in(EMAIL)
    for _ in range(3):
        with house.database.engine.begin() as connection:
            row = connection.execute(sa.select(SESSION)).one()
            earlier = row.last_seen_at - timedelta(minutes=100)
            connection.execute(sa.update(SESSION).values(last_seen_at=earlier))
        assert visitor.is_signed_in()


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


def test_whoever_guesses_is_kept_waiting_alike_for_names_there_are_and_are_not(
    house: AccountsService,
) -> None:
    clock = [0.0]
    add_holder(house)
    app = held_to_contract(build(at(house, clock)))
    told = []
    for name in (SITI.card_number, NOBODYS_CARD):
        guesser = another(app)
        answers = [
            guesser.sign_in(name, "not this one")
            for _ in range(GUESSES_AT_NAME_AND_ADDRESS.count + 1)
        ]
        assert [a.status_code for a in answers[:-1]] == [422] * GUESSES_AT_NAME_AND_ADDRESS.count
        last = answers[-1]
        told.append(
            (
                last.status_code,
                last.headers["Retry-After"],
                without_token(last).replace(name, ""),
            )
        )
    assert told[0] == told[1]
    assert told[0][0] == 429
    # Even the right password is not looked at now; a moment later it is.
    guesser = another(app)
    before = hashes()
    assert guesser.sign_in(SITI.card_number).status_code == 429
    assert hashes() == before
    clock[0] += 60.0
    assert guesser.sign_in(SITI.card_number).status_code == 303


def test_nobody_is_told_how_many_guesses_at_a_name_are_left(
    house: AccountsService, visitor: Visitor
) -> None:
    add_holder(house)
    names = [SITI.card_number] * (GUESSES_AT_NAME_AND_ADDRESS.count + 1)
    answers = [visitor.sign_in(name, "not this one") for name in names]

    assert {answer.status_code for answer in answers} == {422, 429}
    assert not any(header in answer.headers for answer in answers for header in rate_limits.HEADERS)


def test_whoever_guesses_from_many_places_keeps_the_owner_out_of_no_browser_that_was_used_before(
    house: AccountsService,
) -> None:
    clock = [0.0]
    add_holder(house)
    app = held_to_contract(build(at(house, clock)))
    owner = another(app, "192.0.2.1")
    assert owner.sign_in(SITI.card_number).status_code == 303
    owner.send("/sign-out", page="/account")
    for number in range(GUESSES_AT_NAME.count):
        another(app, f"203.0.113.{number}").sign_in(SITI.card_number, "not this one")

    assert another(app, "203.0.113.200").sign_in(SITI.card_number).status_code == 429
    assert owner.sign_in(SITI.card_number).status_code == 303


def test_a_device_lets_its_owner_pass_and_nobody_else(house: AccountsService) -> None:
    clock = [0.0]
    add_holder(house)
    add_staff(house, EMAIL)
    app = held_to_contract(build(at(house, clock)))
    stranger = another(app)
    assert stranger.sign_in(EMAIL).status_code == 303
    for number in range(GUESSES_AT_NAME.count):
        another(app, f"203.0.113.{number}").sign_in(SITI.card_number, "not this one")

    assert stranger.sign_in(SITI.card_number).status_code == 429


def test_a_device_that_was_planted_is_replaced_and_a_known_one_kept(
    house: AccountsService, visitor: Visitor
) -> None:
    add_holder(house)
    visitor.client.set_cookie("balai-device", "planted-by-somebody-else")
    visitor.sign_in(SITI.card_number)
    first = visitor.cookie("balai-device") or ""
    visitor.sign_in(SITI.card_number)

    assert re.fullmatch(r"[\w-]{43}", first)
    assert visitor.cookie("balai-device") == first


def test_a_device_of_one_account_becomes_none_of_another(
    house: AccountsService, visitor: Visitor
) -> None:
    add_holder(house)
    add_staff(house, EMAIL)
    visitor.sign_in(EMAIL)
    first = visitor.cookie("balai-device")
    visitor.sign_in(SITI.card_number)

    assert visitor.cookie("balai-device") != first


def test_failures_in_one_browser_of_the_owner_keep_the_owner_out_of_no_other(
    house: AccountsService,
) -> None:
    add_holder(house)
    app = held_to_contract(build(at(house, [0.0])))
    lost, owner = another(app), another(app, "192.0.2.1")
    for browser in (lost, owner):
        assert browser.sign_in(SITI.card_number).status_code == 303
    for _ in range(GUESSES_FROM_DEVICE.count):
        assert lost.sign_in(SITI.card_number, "not this one").status_code == 422

    assert lost.sign_in(SITI.card_number).status_code == 429
    assert owner.sign_in(SITI.card_number).status_code == 303


def test_failures_in_a_known_browser_count_at_its_address_and_are_not_kept_out_by_it() -> None:
    bounds = Bounds(clock=lambda: 0.0)
    for number in range(GUESSES_AT_ADDRESS.count):
        bounds.count_guess(f"name {number}", "192.0.2.1", device="known")

    assert bounds.seconds_until_guess("another", "192.0.2.1", device=None) > 0
    assert bounds.seconds_until_guess("another", "192.0.2.1", device="known") == 0


def test_a_hash_made_with_other_parameters_is_made_anew_at_the_next_sign_in(
    house: AccountsService, visitor: Visitor
) -> None:
    older = PasswordHashes(memory_kib=8_192, rounds=1)
    account = add_holder(house)
    with house.database.engine.begin() as connection:
        connection.execute(sa.update(ACCOUNT).values(password_hash=older.hash(PASSWORD)))

    assert visitor.sign_in(SITI.card_number).status_code == 303

    kept = _hash(house, account)
    assert not house.people.passwords.is_outdated(kept)
    assert visitor.sign_in(SITI.card_number).status_code == 303
    assert _hash(house, account) == kept


def test_an_own_password_is_changed_and_every_other_browser_signed_out(
    house: AccountsService, app: Flask, visitor: Visitor
) -> None:
    add_holder(house)
    other = another(app)
    other.sign_in(SITI.card_number)
    visitor.sign_in(SITI.card_number)
    send: dict[str, Any] = {"page": "/account"}

    wrong = visitor.send("/account/password", current="wrong", chosen=OTHER_PASSWORD, **send)
    weak = visitor.send("/account/password", current=PASSWORD, chosen="prakerja2026", **send)
    done = visitor.send("/account/password", current=PASSWORD, chosen=OTHER_PASSWORD, **send)

    assert (wrong.status_code, weak.status_code, done.status_code) == (422, 422, 303)
    assert "not your present password" in text_of(wrong)
    assert "guessed first" in text_of(weak)
    assert "Your password was changed" in text_of(visitor.open("/account?done=password"))
    assert not other.is_signed_in()
    assert another(app).sign_in(SITI.card_number).status_code == 422
    assert another(app).sign_in(SITI.card_number, OTHER_PASSWORD).status_code == 303
    assert kinds_in_journal(house) == ["password-changed"]


def test_own_sessions_are_seen_and_ended_and_nobody_elses(
    house: AccountsService, app: Flask, visitor: Visitor
) -> None:
    add_holder(house)
    add_staff(house, EMAIL)
    other, stranger = another(app), another(app)
    for browser, name in (
        (visitor, SITI.card_number),
        (other, SITI.card_number),
        (stranger, EMAIL),
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


def test_whoever_is_not_signed_in_is_led_to_the_form(visitor: Visitor) -> None:
    for path in ("/account/password", "/account/sessions"):
        answer = visitor.send(path, page="/sign-in")
        assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-in")
    assert visitor.open("/account").headers["Location"] == "/sign-in"


def _hash(house: AccountsService, account_id: str) -> str:
    with house.database.reading() as connection:
        query = sa.select(ACCOUNT.c.password_hash).where(ACCOUNT.c.account_id == account_id)
        return str(connection.execute(query).scalar_one())
