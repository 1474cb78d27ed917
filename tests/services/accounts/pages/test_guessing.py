"""Somebody who guesses slowly and from many places, each time in another browser, over weeks."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from services.accounts.domain.people.guesses import COUNTED_FOR, MOST_GUESSES, key_of
from services.accounts.domain.people.names import Name, name_from
from services.accounts.service import AccountsService
from services.accounts.storage.people import guesses
from services.accounts.storage.people.guesses import add_guess, count_guesses
from services.accounts.storage.people_tables import GUESSES_AT_NAME
from services.accounts.worker import forget
from tests.services.accounts.pages.activating import ask, choose
from tests.services.accounts.people import (
    NOBODYS_CARD,
    OTHER_PASSWORD,
    PASSWORD,
    SITI,
    Visitor,
    add_holder,
    code_sent,
    without_token,
)
from tests.statements import statements

TOGETHER = 8


@pytest.fixture
def owner(house: AccountsService, app: Flask) -> Visitor:
    """The browser in which the owner signed in."""
    add_holder(house)
    visitor = Visitor(app.test_client())
    assert visitor.sign_in(SITI.card_number).status_code == 303
    visitor.send("/sign-out", page="/account")
    return visitor


@pytest.fixture
def new_browsers(app: Flask) -> Iterator[Visitor]:
    """Browsers that nobody used before, each somewhere else."""
    return (Visitor(app.test_client(), address=f"203.0.113.{number}") for number in range(250))


def digest(house: AccountsService, name: str = SITI.card_number) -> str:
    return house.people.digests.name(name_from(name))


def guessed(house: AccountsService, times: int, key: str | None = None) -> None:
    """Count wrong passwords, as so many sign-ins would that failed."""

    def guess(connection: sa.Connection) -> None:
        now = house.database.now(connection)
        for _ in range(times):
            add_guess(connection, house.database, key or digest(house), now=now)

    house.transactions.run(guess)


def counted(house: AccountsService) -> dict[str, int]:
    with house.database.reading() as connection:
        rows = connection.execute(sa.select(GUESSES_AT_NAME)).all()
    return {row.name_key: row.guesses for row in rows}


def later(house: AccountsService, time: timedelta) -> None:
    """Let so much time pass for what is counted."""
    with house.database.engine.begin() as connection:
        since = house.database.now(connection) - time
        connection.execute(sa.update(GUESSES_AT_NAME).values(since=since))


@pytest.mark.usefixtures("owner")
def test_after_so_many_guesses_a_new_browser_gets_in_by_a_code_alone(
    house: AccountsService, new_browsers: Iterator[Visitor]
) -> None:
    guessed(house, MOST_GUESSES - 1)
    assert next(new_browsers).sign_in(SITI.card_number, "not this one").status_code == 422

    wrong = next(new_browsers).sign_in(SITI.card_number, "not this one")
    right = next(new_browsers).sign_in(SITI.card_number, PASSWORD)
    assert (wrong.status_code, right.status_code) == (422, 422)
    assert without_token(wrong) == without_token(right)

    by_code = next(new_browsers)
    ask(by_code)
    assert choose(by_code, code_sent(house), OTHER_PASSWORD).status_code == 303
    assert next(new_browsers).sign_in(SITI.card_number, OTHER_PASSWORD).status_code == 303


def test_the_owners_browser_is_not_concerned_and_what_fails_in_it_not_counted(
    house: AccountsService, owner: Visitor
) -> None:
    guessed(house, MOST_GUESSES)

    assert owner.sign_in(SITI.card_number, "a slip").status_code == 422
    assert owner.sign_in(SITI.card_number).status_code == 303
    assert counted(house) == {digest(house): MOST_GUESSES}


def test_a_password_that_its_owner_changes_is_guessed_at_from_nothing(
    house: AccountsService, owner: Visitor, new_browsers: Iterator[Visitor]
) -> None:
    guessed(house, MOST_GUESSES)
    owner.sign_in(SITI.card_number)
    changed = owner.send(
        "/account/password", page="/account", current=PASSWORD, chosen=OTHER_PASSWORD
    )

    assert changed.status_code == 303
    assert next(new_browsers).sign_in(SITI.card_number, OTHER_PASSWORD).status_code == 303


@pytest.mark.usefixtures("owner")
def test_guesses_are_counted_for_thirty_days_and_then_forgotten(
    house: AccountsService, new_browsers: Iterator[Visitor]
) -> None:
    guessed(house, MOST_GUESSES)
    later(house, COUNTED_FOR - timedelta(minutes=5))
    assert next(new_browsers).sign_in(SITI.card_number).status_code == 422

    later(house, COUNTED_FOR + timedelta(minutes=5))
    assert next(new_browsers).sign_in(SITI.card_number, "not this one").status_code == 422
    assert counted(house) == {digest(house): 1}
    later(house, COUNTED_FOR + timedelta(minutes=5))
    assert next(new_browsers).sign_in(SITI.card_number).status_code == 303
    assert forget(house) >= 1
    assert counted(house) == {}


@pytest.mark.usefixtures("owner")
def test_names_that_nobody_has_are_answered_alike_and_fill_no_table(
    house: AccountsService, new_browsers: Iterator[Visitor]
) -> None:
    answers, sent = set(), []
    for name in (SITI.card_number, NOBODYS_CARD):
        guessed(house, MOST_GUESSES, key_of(digest(house, name), is_somebodys=name != NOBODYS_CARD))
        visitor = next(new_browsers)
        with statements(house.database) as asked:
            answer = visitor.sign_in(name, "not this one")
        sent.append(len(asked))
        answers.add((answer.status_code, without_token(answer).replace(name, "")))

    assert len(answers) == 1
    assert sent[0] == sent[1] > 0
    keys = {
        key_of(
            house.people.digests.name(Name("email", f"{number}@lpk.example")), is_somebodys=False
        )
        for number in range(20_000)
    }
    assert len(keys) <= 4_096


def counted_together(house: AccountsService, add: Any) -> int:
    """Count a guess in several transactions at once; return how many are counted."""
    start = threading.Barrier(TOGETHER)

    def one(_: int) -> None:
        start.wait()
        house.transactions.run(
            lambda connection: add(
                connection, house.database, digest(house), now=house.database.now(connection)
            )
        )

    with ThreadPoolExecutor(TOGETHER) as pool:
        list(pool.map(one, range(TOGETHER)))
    return counted(house)[digest(house)]


def test_of_guesses_at_once_each_is_counted(house: AccountsService) -> None:
    assert counted_together(house, guesses.add_guess) == TOGETHER


@pytest.mark.parametrize("dialect", ["postgresql"])
def test_if_they_were_read_first_and_written_afterwards_most_would_be_lost(
    house: AccountsService,
) -> None:
    guessed(house, 1)
    meeting = threading.Barrier(TOGETHER)

    def careless(connection: sa.Connection, _: object, name_key: str, *, now: Any) -> None:
        before = count_guesses(connection, name_key, now=now)
        meeting.wait(10)
        connection.execute(
            sa.update(GUESSES_AT_NAME)
            .where(GUESSES_AT_NAME.c.name_key == name_key)
            .values(guesses=before + 1)
        )

    assert counted_together(house, careless) == 2
