"""Workers that look for holders on lists: one goes on where another stopped, and two at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from services.enrolment.exclusion_work import ExclusionWork
from services.enrolment.storage.tables.exclusions import EXCLUSION_LIST
from tests.services.enrolment.accounts import accounts
from tests.services.enrolment.exclusions import cases, in_force, shown, work_of
from tests.services.enrolment.followers.catalogue import Catalogue
from tests.services.enrolment.house import House
from tests.services.enrolment.test_worker import working
from tests.waiting import eventually

PEOPLE, AT_ONCE = 40, 5


def few_at_once(house: House) -> ExclusionWork:
    """Return a worker's part that looks through few persons in a transaction, so that there are many."""
    return replace(work_of(house), persons_at_once=AT_ONCE)


def opened(house: House) -> list[str]:
    return [case["card_ref"] for case in cases(house)]


def test_a_worker_goes_on_where_another_stopped(house: House, catalogue: Catalogue) -> None:
    cards = house.award_many(PEOPLE)
    list_id = in_force(house, [card.person.nik for card in cards])
    assert few_at_once(house).find_some() == AT_ONCE
    before = opened(house)
    in_order = sorted(card.card_ref for card in cards)
    assert sorted(before) == in_order[:AT_ONCE], "in the order of digests they would tell of these"
    assert shown(house, list_id)["checked"] == AT_ONCE
    with accounts() as address, working(house, catalogue, address):
        eventually(lambda: shown(house, list_id)["checked_at"], what="everybody is looked through")
    assert sorted(opened(house)) == in_order
    assert shown(house, list_id)["cases"] == PEOPLE
    assert house.differences() == []


def test_where_a_release_before_told_how_far_it_was_by_a_digest_all_are_looked_through_anew(
    house: House,
) -> None:
    cards = house.award_many(3)
    list_id = in_force(house, [card.person.nik for card in cards])
    with house.as_owner() as connection:
        connection.execute(sa.update(EXCLUSION_LIST).values(checked_to="f" * 64))
    assert work_of(house).find_some() == 3
    assert shown(house, list_id)["cases"] == 3


def test_two_workers_open_one_case_about_each_holder(house: House) -> None:
    cards = house.award_many(PEOPLE)
    in_force(house, [card.person.nik for card in cards])
    work = few_at_once(house)

    def look(_: int) -> int:
        return _until_nothing(work)

    with ThreadPoolExecutor(2) as pool:
        looked = sum(pool.map(look, range(2)))
    assert looked == PEOPLE
    assert sorted(opened(house)) == sorted(card.card_ref for card in cards)
    assert house.differences() == []


def _until_nothing(work: ExclusionWork) -> int:
    looked, idle = 0, 0
    while idle < 20:
        found = work.find_some()
        looked, idle = looked + found, 0 if found else idle + 1
    return looked


def told(house: House, kind: str) -> list[dict[str, Any]]:
    return [entry for entry in house.entries() if entry["kind"] == kind]


def test_when_everybody_was_looked_through_that_is_told_once(house: House) -> None:
    house.award_many(3)
    in_force(house, ["3273010101800001"])
    work = work_of(house)
    assert [work.find_some() for _ in range(3)] == [3, 0, 0]
    [entry] = told(house, "exclusion-list-checked")
    assert entry["body"]["persons"] == 3
