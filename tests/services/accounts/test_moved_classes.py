"""Everybody in a class that is moved is told, page by page, whoever is killed meanwhile."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from chassis.clock import utc_now
from services.accounts.domain.people.news import MovedClass
from services.accounts.storage import FOLLOWER_STATE
from services.accounts.storage.people.moved_classes import go_on, load_moved_classes
from services.accounts.storage.people_tables import MESSAGE, MOVED_CLASS
from services.accounts.use_cases.people.tell_of_moved_class import SeatHolders, tell_of_moved_class
from tests.services.accounts.telling import PAGE, Telling, moved_with
from tests.services.enrolment.people import HeldCard


class KilledHere(Exception):
    """Stands for the end of the process."""


def expected(people: list[HeldCard]) -> list[tuple[str, str]]:
    return [("class-moved", ref) for ref in sorted(card.card_ref for card in people)]


def test_everybody_who_was_in_a_class_when_it_was_moved_is_told_once(telling: Telling) -> None:
    _, people = moved_with(telling, 5)
    telling.catch_up()
    telling.catch_up()
    assert telling.told() == expected(people)
    assert telling.rows(MOVED_CLASS) == []
    assert telling.told() == []


def test_a_class_that_is_moved_again_is_told_of_again(telling: Telling) -> None:
    class_id, people = moved_with(telling, 1)
    telling.catch_up()
    assert telling.told() == expected(people)
    telling.enrolment.move_class(class_id)
    telling.catch_up()
    assert len(telling.told()) == 2, "who came in between saw the days of then"


@pytest.mark.parametrize("pages_before", [0, 1, 2])
def test_whoever_is_killed_between_two_pages_goes_on_where_it_was(
    telling: Telling, pages_before: int
) -> None:
    _, people = moved_with(telling, 5)
    telling.follower.catch_up()
    ask = telling.moved.ask
    asked: list[Any] = []

    def die_after(moved: Any) -> SeatHolders:
        if len(asked) == pages_before:
            raise KilledHere
        asked.append(moved)
        return ask(moved)

    with pytest.raises(KilledHere):
        replace(telling.moved, ask=die_after).tell()
    assert len(telling.rows(MESSAGE)) == PAGE * pages_before
    assert telling.moved.tell() == 3 - pages_before
    assert telling.told() == expected(people)


def test_whoever_is_killed_before_the_commit_of_a_page_has_done_nothing(telling: Telling) -> None:
    _, people = moved_with(telling, 5)
    telling.follower.catch_up()

    def die(connection: sa.Connection) -> None:
        noted, page = _first_page(telling)
        assert tell_of_moved_class(
            connection, people=telling.accounts.people, moved=noted, holders=page
        )
        raise KilledHere

    with pytest.raises(KilledHere):
        telling.accounts.transactions.run(die)
    telling.moved.tell()
    assert telling.told() == expected(people)


def test_progress_that_is_saved_apart_from_the_messages_would_lose_a_page(telling: Telling) -> None:
    """The twin of the test before, with what was done in one transaction done in two."""
    _, people = moved_with(telling, 5)
    telling.follower.catch_up()
    noted, page = _first_page(telling)
    assert telling.accounts.transactions.run(lambda c: go_on(c, noted, told_to=page.next))
    telling.moved.tell()  # who did that was killed here
    assert len(telling.told()) == len(people) - PAGE


def _first_page(telling: Telling) -> tuple[MovedClass, SeatHolders]:
    with telling.accounts.database.reading() as connection:
        [noted] = load_moved_classes(connection, limit=10)
    return noted, telling.moved.ask(noted)


def test_a_page_that_two_workers_read_is_added_once(telling: Telling) -> None:
    _, people = moved_with(telling, 5)
    telling.follower.catch_up()
    ask = telling.moved.ask

    def overtaken(moved: Any) -> SeatHolders:
        page = ask(moved)
        if moved.told_to is None:
            telling.moved.tell()
        return page

    assert replace(telling.moved, ask=overtaken).tell() == 0
    assert telling.told() == expected(people)


def test_a_class_noted_too_long_ago_is_given_up_without_asking(telling: Telling) -> None:
    moved_with(telling, 1)
    telling.follower.catch_up()
    telling.put(MOVED_CLASS, expires_at=utc_now() - timedelta(seconds=1))

    def ask(_: Any) -> SeatHolders:
        raise AssertionError("nobody is asked")

    replace(telling.moved, ask=ask).tell()
    assert (telling.rows(MOVED_CLASS), telling.rows(MESSAGE)) == ([], [])


def test_a_journal_that_is_followed_again_says_anew_who_is_to_be_told(telling: Telling) -> None:
    _, people = moved_with(telling, 3)
    telling.follower.catch_up()
    telling.put(FOLLOWER_STATE, digest="0" * 64)
    assert telling.follower.catch_up() == 0
    assert telling.rows(MOVED_CLASS) == [], "it may be that it never happened"
    telling.catch_up()
    assert telling.told() == expected(people)
