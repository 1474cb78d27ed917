"""Importing lists of people who may hold no card: in one stream, previewed, in force as a whole, and taken back."""

from __future__ import annotations

from datetime import timedelta
from itertools import islice
from typing import Any

import pytest
import sqlalchemy as sa

from chassis.clock import utc_now
from chassis.identifiers import new_id
from services.enrolment.domain.exclusion.exclusion_list import KEPT_AFTER
from services.enrolment.storage.tables.exclusions import EXCLUSION_LIST, REFUSED_LINE
from tests.chassis.problem_documents import code, pointers, problem
from tests.services.enrolment.exclusions import (
    GROUP,
    LIST,
    NIK,
    activate,
    announced,
    cases,
    digests,
    file_of,
    find_all,
    imported,
    in_force,
    kinds,
    niks,
    previewed,
    send,
    shown,
    withdraw,
    work_of,
)
from tests.services.enrolment.files import admit_all, rows, sent
from tests.services.enrolment.files import file_of as file_of_candidates
from tests.services.enrolment.house import House, document


def test_a_list_is_announced_sent_previewed_and_put_in_force(house: House) -> None:
    list_id = announced(house)
    assert shown(house, list_id)["status"] == "awaited"
    told = document(send(house, list_id, file_of(niks(3))))
    assert (told["status"], told["rows"], told["listed"]) == ("ready", 3, 3)
    assert previewed(house, list_id) == {
        "in_the_place_of": None,
        "listed": 3,
        "added": 3,
        "removed": 0,
        "cards": 0,
        "preview": previewed(house, list_id)["preview"],
    }
    told = document(activate(house, list_id, subject="operator:rina"))
    assert (told["status"], told["activated_by"]) == ("in-force", "operator:rina")
    assert kinds(house) == [
        "exclusion-list-announced",
        "exclusion-list-received",
        "exclusion-list-activated",
    ]
    assert house.differences() == []


def test_who_is_on_a_list_in_force_is_refused_and_the_list_is_named(house: House) -> None:
    person, other = islice(house.supply, 2)
    in_force(house, [person.nik])
    [refused] = document(house.admit([person.row(), other.row()]))["refused"]
    assert (refused["index"], refused["code"]) == (0, "excluded")
    assert (refused["groups"], refused["lists"]) == ("civil-servant", "civil-servant 1")


def test_who_is_on_a_list_is_refused_from_a_file_too(house: House) -> None:
    person, other = islice(house.supply, 2)
    in_force(house, [person.nik])
    file_id = sent(house, file_of_candidates([person, other]))
    admit_all(house)
    assert [row["code"] for row in rows(house, file_id)] == ["excluded", None]


def test_an_award_tells_by_which_lists_it_was_judged(house: House) -> None:
    in_force(house, niks(1))
    in_force(house, niks(2))
    in_force(house, niks(1), group="student")
    in_force(house, niks(1), group="social-aid-recipient")
    house.award()
    [entry] = [entry for entry in house.entries() if entry["kind"] == "card-awarded"]
    assert entry["body"]["exclusion_lists"] == {"civil-servant": 2, "student": 1}


def test_a_list_that_is_not_in_force_refuses_nobody(house: House) -> None:
    person = next(house.supply)
    imported(house, [person.nik])
    assert document(house.admit([person.row()]))["refused"] == []


def test_a_group_that_the_rules_allow_is_on_a_list_and_gets_a_card(house: House) -> None:
    person = next(house.supply)
    in_force(house, [person.nik], group="social-aid-recipient")
    assert document(house.admit([person.row()]))["refused"] == []


def test_a_preview_counts_who_is_added_and_removed_and_the_cards_hit(house: House) -> None:
    cards = house.award_many(3)
    in_force(house, [cards[0].person.nik, *niks(4)])
    held = [card.person.nik for card in cards[1:]]
    second = imported(house, [*held, *niks(3, first=3)])
    told = previewed(house, second)
    assert (told["listed"], told["added"], told["removed"], told["cards"]) == (5, 3, 3, 2)


def test_a_preview_counts_cards_only_where_the_rules_refuse_the_group(house: House) -> None:
    card = house.award()
    list_id = imported(house, [card.person.nik], group="social-aid-recipient")
    assert previewed(house, list_id)["cards"] == 0


def test_a_list_is_put_in_force_as_it_was_previewed_or_not_at_all(house: House) -> None:
    first, second = imported(house, niks(1)), imported(house, niks(2))
    seen = previewed(house, second)["preview"]
    document(activate(house, first))
    path = f"/exclusion-lists/{second}/activation"
    for preview in (seen, "0" * 64):
        answer = house.post(path, {"preview": preview}, "operator")
        assert code(answer) == (409, "preview-outdated")
    assert shown(house, second)["status"] == "ready"
    document(activate(house, second))
    assert shown(house, first)["status"] == "superseded"
    assert shown(house, second)["follows"] == first
    assert house.differences() == []


def test_lists_of_other_groups_stay_in_force(house: House) -> None:
    first = in_force(house, niks(1))
    in_force(house, niks(1), group="student")
    assert shown(house, first)["status"] == "in-force"


def test_a_list_that_is_taken_back_gives_way_to_the_one_before(house: House) -> None:
    person, other = islice(house.supply, 2)
    first = in_force(house, [person.nik])
    second = in_force(house, [other.nik])
    assert document(withdraw(house, second))["withdrawn"]["reason"] == "Berkas yang salah"
    assert (shown(house, first)["status"], shown(house, second)["status"]) == (
        "in-force",
        "withdrawn",
    )
    answer = document(house.admit([person.row(), other.row()]))
    assert [row["index"] for row in answer["admitted"]] == [1]
    assert house.differences() == []


def test_a_list_that_is_taken_back_with_none_before_leaves_the_group_without(house: House) -> None:
    person = next(house.supply)
    document(withdraw(house, in_force(house, [person.nik])))
    assert document(house.admit([person.row()]))["refused"] == []
    assert house.differences() == []


def test_who_was_awarded_a_card_while_a_list_was_out_of_force_is_found_when_it_is_again(
    house: House,
) -> None:
    person = next(house.supply)
    first = in_force(house, [person.nik])
    find_all(house)
    second = in_force(house, niks(1))
    find_all(house)
    document(house.admit([person.row()]))
    document(withdraw(house, second))
    find_all(house)
    assert [case["list"]["id"] for case in cases(house)] == [first]


@pytest.mark.parametrize("what", ["activation", "withdrawal"])
def test_what_was_superseded_is_neither_put_in_force_nor_taken_back(
    house: House, what: str
) -> None:
    first = in_force(house, niks(1))
    in_force(house, niks(2))
    body = {"preview": "0" * 64} if what == "activation" else {"reason": "Salah"}
    answer = house.post(f"/exclusion-lists/{first}/{what}", body, "operator")
    assert code(answer) == (409, "state-conflict")
    assert problem(answer)["state"] == "superseded"


def outdate(house: House) -> None:
    """Let it be long ago that lists went out of force."""
    ago = utc_now() - KEPT_AFTER - timedelta(seconds=1)
    with house.as_owner() as connection:
        out = EXCLUSION_LIST.c.out_of_force_at.is_not(None)
        connection.execute(sa.update(EXCLUSION_LIST).where(out).values(out_of_force_at=ago))


def test_old_lists_are_destroyed_but_the_one_that_would_be_in_force_again_is_kept(
    house: House,
) -> None:
    lists = [in_force(house, [*niks(3), "wrong"]) for _ in range(3)]
    assert work_of(house).tidy_up() == 0
    outdate(house)
    while work_of(house).tidy_up():
        pass
    assert [digests(house, each) for each in lists] == [0, 3, 3]
    told = shown(house, lists[0])
    assert (told["forgotten_at"] is not None, told["listed"]) == (True, 3)
    with house.service.database.reading() as connection:
        kept = {row.list_id for row in connection.execute(sa.select(REFUSED_LINE))}
    assert kept == set(lists[1:])
    assert "exclusion-list-forgotten" in kinds(house)
    document(withdraw(house, lists[2]))
    answer = withdraw(house, lists[1])
    assert (code(answer), problem(answer)["state"]) == ((409, "state-conflict"), "forgotten")
    assert house.differences() == []


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"group": "teachers"}, "/group"),
        ({"as_of": "2026-02-30"}, "/as_of"),
        ({"as_of": 20261101}, "/as_of"),
        ({"issuer": ""}, "/issuer"),
        ({"issuer": "Surat 3273010205900001"}, "/issuer"),
        ({"reason": "x"}, "/reason"),
        ({"nik": NIK(1)}, "/nik"),
    ],
)
def test_an_announcement_that_makes_no_sense_is_refused_by_name(
    shared_house: House, changes: dict[str, Any], pointer: str
) -> None:
    answer = shared_house.post("/exclusion-lists", {**LIST, **changes}, "operator")
    assert code(answer) == (422, "validation-failed")
    assert pointers(answer) == [pointer]


def test_lists_are_listed_by_group_and_state_with_their_numbers(house: House) -> None:
    first, second = in_force(house, niks(1)), in_force(house, niks(2))
    other = announced(house, group="student")
    found = document(house.get("/exclusion-lists", "auditor"))["items"]
    assert [(each["id"], each["number"]) for each in found] == [(other, 1), (second, 2), (first, 1)]
    path = f"/exclusion-lists?group={GROUP}&status=superseded"
    assert [each["id"] for each in document(house.get(path, "operator"))["items"]] == [first]


@pytest.mark.parametrize("what", ["", "/refusals", "/affected", "/preview"])
def test_a_list_that_is_not_there_is_not_found(shared_house: House, what: str) -> None:
    answer = shared_house.get(f"/exclusion-lists/{new_id()}{what}", "operator")
    assert code(answer) == (404, "not-found")
