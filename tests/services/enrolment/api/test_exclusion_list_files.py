"""Files of exclusion lists: what is taken, what is refused, and what is left of those that broke off."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import TypeVar

import pytest
import sqlalchemy as sa

from chassis.clock import utc_now
from chassis.problems import OutcomeUnknown, StateConflict
from chassis.transaction import Transactions
from services.enrolment.domain.exclusion.exclusion_list import ROWS_A_CHUNK
from services.enrolment.domain.exclusion.listed_lines import ListedLine
from services.enrolment.service import FILES_AT_ONCE
from services.enrolment.storage.listed_persons import DISCARDED_AT_ONCE
from services.enrolment.storage.tables.exclusions import EXCLUSION_LIST, LISTED_PERSON
from services.enrolment.use_cases.exclusion.receive_list import (
    ABANDONED_AFTER,
    begin_list,
    discard_some,
    keep_rows,
    take_on,
)
from services.enrolment.use_cases.shared.actor import Actor
from tests.chassis.problem_documents import code, problem
from tests.services.enrolment.exclusions import (
    NIK,
    announced,
    digests,
    file_of,
    imported,
    niks,
    send,
    shown,
    work_of,
)
from tests.services.enrolment.house import House, document, with_service

Result = TypeVar("Result")


def test_rows_that_hold_no_nik_are_told_by_their_line_and_the_rest_is_taken(house: House) -> None:
    list_id = announced(house)
    lines = [NIK(1), "1234", NIK(2), "3273019905900001", NIK(1), "", f"{NIK(3)},Sari"]
    told = document(send(house, list_id, file_of(lines)))
    counted = {name: told[name] for name in ("rows", "listed", "duplicates", "refused")}
    assert counted == {"rows": 6, "listed": 2, "duplicates": 1, "refused": 3}
    path = f"/exclusion-lists/{list_id}/refusals"
    items = document(house.get(path, "operator"))["items"]
    assert [(row["line"], row["fault"][:9]) for row in items] == [
        (3, "The NIK h"),
        (5, "Digits 7 "),
        (8, "This line"),
    ]
    text = house.get(path, "auditor", headers={"Accept": "text/csv"}).text
    assert text.startswith("line,fault\n")
    assert len(text.splitlines()) == 4
    assert "1234" not in text


def test_duplicates_are_counted_over_the_whole_file(house: House) -> None:
    list_id = announced(house)
    lines = niks(ROWS_A_CHUNK + 10)
    told = document(send(house, list_id, file_of([*lines, *lines])))
    assert told["listed"] == told["duplicates"] == ROWS_A_CHUNK + 10
    assert digests(house, list_id) == ROWS_A_CHUNK + 10


@pytest.mark.parametrize(
    "data", [b"", b"number\n", b"nik\n", b"n\xefk\n1\n", file_of([*niks(600), "1" * 300])]
)
def test_a_file_that_is_none_is_refused_whole_and_can_be_sent_again(
    house: House, data: bytes
) -> None:
    list_id = announced(house)
    answer = send(house, list_id, data)
    assert code(answer) == (422, "exclusion-file-faulty")
    assert problem(answer)["line"] >= 1
    told = shown(house, list_id)
    assert (told["status"], told["rows"], digests(house, list_id)) == ("awaited", 0, 0)
    assert document(send(house, list_id, file_of(niks(2))))["listed"] == 2


def test_a_file_is_taken_as_csv_only_and_under_a_key(house: House) -> None:
    list_id = announced(house)
    wrong = send(house, list_id, file_of(niks(1)), content_type="application/json")
    assert code(wrong) == (415, "unsupported-media-type")
    assert code(send(house, list_id, file_of(niks(1)), key=None)) == (
        400,
        "idempotency-key-missing",
    )
    assert shown(house, list_id)["status"] == "awaited"


def test_the_same_file_under_the_same_key_is_answered_as_before(house: House) -> None:
    list_id, data = announced(house), file_of(niks(2))
    first, again = (send(house, list_id, data, key="the-list-of-november") for _ in range(2))
    assert first.status_code == again.status_code == 200
    assert first.data == again.data
    assert code(send(house, list_id, data)) == (409, "state-conflict")
    other = send(house, list_id, file_of(niks(3)), key="the-list-of-november")
    assert code(other) == (422, "idempotency-key-reused")
    assert shown(house, list_id)["rows"] == 2


def test_what_a_process_that_is_gone_had_received_is_removed_in_pieces(house: House) -> None:
    list_id = imported(house, niks(3))
    many = DISCARDED_AT_ONCE + 1
    with house.as_owner() as connection:
        connection.execute(
            sa.insert(LISTED_PERSON),
            [{"list_id": list_id, "nik_digest": f"{n:064x}"} for n in range(many)],
        )
        ago = utc_now() - ABANDONED_AFTER - timedelta(seconds=1)
        values = {"state": "receiving", "received_at": None, "touched_at": ago}
        connection.execute(sa.update(EXCLUSION_LIST).values(**values))
    work = work_of(house)
    assert work.tidy_up() == DISCARDED_AT_ONCE
    assert shown(house, list_id)["status"] == "receiving"
    while work.tidy_up():
        pass
    assert (shown(house, list_id)["status"], digests(house, list_id)) == ("awaited", 0)


def test_what_comes_of_a_file_that_was_taken_for_abandoned_is_kept_nowhere(house: House) -> None:
    list_id, stores, run = announced(house), house.service.stores, house.service.transactions.run
    keep = partial(keep_rows, list_id=list_id, lines=[ListedLine(2, NIK(1))], stores=stores)
    run(partial(begin_list, list_id=list_id, stores=stores))
    run(keep)
    while run(partial(discard_some, list_id=list_id, stores=stores)):
        pass
    take = partial(take_on, list_id=list_id, actor=Actor("rina", "operator", "1"), stores=stores)
    for late in (keep, take):
        with pytest.raises(StateConflict):
            run(late)
    assert (shown(house, list_id)["status"], digests(house, list_id)) == ("awaited", 0)


class CutTransactions(Transactions):
    """Transactions of which the next is committed, but nobody is told so."""

    is_cut = False

    def run(self, work: Callable[[sa.Connection], Result], *, repeatable: bool = False) -> Result:
        done = super().run(work, repeatable=repeatable)
        if not self.is_cut:
            self.is_cut = True
            raise OutcomeUnknown
        return done


def test_a_list_of_which_nobody_knows_whether_it_began_to_come_can_be_sent_again(
    house: House,
) -> None:
    list_id, data = announced(house), file_of(niks(2))
    stores = house.service.stores
    cut = CutTransactions(house.service.database, stores.answers)
    answer = send(with_service(house, replace(house.service, transactions=cut)), list_id, data)
    assert (code(answer), cut.is_cut) == ((503, "outcome-unknown"), True)
    assert shown(house, list_id)["status"] == "awaited"
    assert document(send(house, list_id, data))["listed"] == 2


def test_who_sends_a_list_that_another_is_sending_takes_nothing_away(house: House) -> None:
    list_id, stores, run = announced(house), house.service.stores, house.service.transactions.run
    run(partial(begin_list, list_id=list_id, stores=stores))
    run(partial(keep_rows, list_id=list_id, lines=[ListedLine(2, NIK(1))], stores=stores))
    assert code(send(house, list_id, file_of(niks(2)))) == (409, "state-conflict")
    assert (shown(house, list_id)["status"], digests(house, list_id)) == ("receiving", 1)


def test_a_file_more_than_there_are_places_is_told_to_come_again(house: House) -> None:
    list_id = announced(house)
    places = house.service.receiving
    assert all(places.acquire(blocking=False) for _ in range(FILES_AT_ONCE))
    try:
        assert code(send(house, list_id, file_of(niks(1)))) == (503, "too-busy")
    finally:
        places.release(FILES_AT_ONCE)
    assert shown(house, list_id)["status"] == "awaited"
