"""Who is late: the longest ago first, for those who remind them."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from chassis.clock import read_instant, utc_now
from services.enrolment.queries.overdue import overdue_query
from services.enrolment.storage.tables.learning import TRAINING_RESULT
from services.enrolment.storage.tables.programme import CARD
from services.enrolment.storage.tables.seats import ENROLMENT, TRAINING_CLASS
from services.enrolment.worker import expire_due_cards, note_missing_due_times
from tests.chassis.problem_documents import code, pointers
from tests.services.enrolment.house import DAY, House, document
from tests.services.enrolment.teaching import HOUR, Taught, taught


def note(house: House) -> int:
    return note_missing_due_times(house.service.stores, house.service.transactions)


def late(house: House, actor: str, role: str = "operator", **claims: Any) -> list[dict[str, Any]]:
    """Walk through the list with pages of one."""
    found: list[dict[str, Any]] = []
    path = f"/overdue?actor={actor}&limit=1"
    cursor: str | None = ""
    while cursor is not None:
        more = f"&cursor={cursor}" if cursor else ""
        page = document(house.get(path + more, role, **claims))
        found += page["items"]
        cursor = page["next_cursor"]
    return found


def names(rows: list[dict[str, Any]]) -> list[str]:
    return [row["enrolment_id"] for row in rows]


def test_each_is_listed_under_whose_time_it_was_the_longest_ago_first(house: House) -> None:
    newer = taught(house, ended=16 * DAY)
    older = taught(house, 2, ended=30 * DAY)
    running = taught(house)
    unredeemed = taught(house, redeemed=False)
    note(house)
    expected = [*older.enrolments, *newer.enrolments]
    assert names(late(house, "provider")) == expected
    assert names(late(house, "operator", "auditor")) == expected
    [row] = late(house, "holder")
    assert names([row]) == unredeemed.enrolments
    assert (row["action"], row["whose"], row["actor"]) == ("redemption", "holder", "holder")
    first = late(house, "provider")[0]
    assert (first["action"], first["whose"], first["actor"]) == ("result", "provider", "operator")
    assert first["due_at"] == older.next()["due_at"]
    with house.service.database.reading() as connection:
        enrolled = {
            each.enrolment_id: each.enrolled_at for each in connection.execute(sa.select(ENROLMENT))
        }
        ended = {
            each.class_id: each.ends_at for each in connection.execute(sa.select(TRAINING_CLASS))
        }
    assert read_instant(row["since"]) == enrolled[row["enrolment_id"]]
    assert read_instant(first["since"]) == ended[older.class_id]
    assert not set(running.enrolments) & set(names(late(house, "provider")))


def test_a_result_takes_it_off_the_list_and_a_missing_review_puts_the_holder_on_it(
    house: House,
) -> None:
    of = taught(house, ended=20 * DAY)
    note(house)
    of.came()
    document(of.judge(role="operator"))
    assert late(house, "provider") == late(house, "holder") == []
    with house.as_owner() as connection:
        connection.execute(sa.update(ENROLMENT).values(holder_due_at=ENROLMENT.c.enrolled_at))
        connection.execute(sa.update(CARD).values(deadline=CARD.c.awarded_at))
    [row] = late(house, "holder")
    assert (row["action"], row["status"]) == ("review", "completed")
    with house.service.database.reading() as connection:
        given_at = connection.execute(sa.select(TRAINING_RESULT.c.given_at)).scalar_one()
    assert read_instant(row["since"]) == given_at
    assert of.next()["overdue"] is True
    document(of.review(), 201)
    assert late(house, "holder") == []


def test_a_redemption_and_a_cancellation_take_it_off_too(house: House) -> None:
    of = taught(house, 2, redeemed=False)
    note(house)
    assert len(late(house, "holder")) == 2
    own = {"card": of.cards[0].card_ref}
    shown = document(house.get(f"/enrolments/{of.enrolments[0]}", "holder", **own))
    house.redeem(of.enrolments[0], shown["redeem_code"], "holder", **own)
    house.cancel(of.enrolments[1], "operator")
    assert late(house, "holder") == []


def test_nobody_owes_a_review_once_the_card_has_ended_whoever_ended_it(house: House) -> None:
    of = taught(house, 2, ended=20 * DAY)
    for person in range(2):
        of.came(person)
        document(of.judge(person, "operator"))
    past = {"deadline": utc_now() - HOUR}
    with house.as_owner() as connection:
        connection.execute(sa.update(ENROLMENT).values(holder_due_at=ENROLMENT.c.enrolled_at))
        first = CARD.c.card_ref == of.cards[0].card_ref
        connection.execute(sa.update(CARD).where(first).values(past))
    assert names(late(house, "holder")) == of.enrolments
    assert expire_due_cards(house.service.stores, house.service.transactions) == 1
    assert names(late(house, "holder")) == of.enrolments[1:]
    with house.as_owner() as connection:
        left = sa.select(ENROLMENT.c.enrolment_id).where(ENROLMENT.c.holder_due_at.is_not(None))
        assert connection.execute(left).scalars().all() == of.enrolments[1:]
        connection.execute(sa.update(CARD).values(state="expired", deadline=None))
    assert late(house, "holder") == []


def test_what_the_release_before_this_one_cancelled_is_owed_by_nobody(house: House) -> None:
    taught(house, ended=20 * DAY)
    note(house)
    with house.as_owner() as connection:
        connection.execute(sa.update(ENROLMENT).values(state="cancelled", live_slot=None))
    assert late(house, "provider") == []


def test_providers_see_their_own_and_officers_the_holders_of_their_region(house: House) -> None:
    here = taught(house, redeemed=False, ended=20 * DAY, regency="32.73")
    there = taught(house, redeemed=False, ended=21 * DAY, regency="73.06")
    note(house)
    for of in (here, there):
        own = {"provider": of.provider_id}
        assert names(late(house, "provider", "provider", **own)) == of.enrolments
        assert names(late(house, "holder", "provider", **own)) == of.enrolments
    assert names(late(house, "holder", "officer", region="32")) == here.enrolments
    assert names(late(house, "holder", "officer", region="73.06")) == there.enrolments
    answer = house.get("/overdue?actor=provider", "officer", region="32")
    assert pointers(answer) == ["/actor"]


def test_who_sees_few_of_many_gets_pages_that_end_in_time_and_misses_nobody(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.enrolment.queries.overdue.LOOKED_AT", 2)
    others = [taught(house, 2, ended=(30 + n) * DAY) for n in range(2)]
    own = taught(house, 3, ended=20 * DAY)
    note(house)
    page = document(house.get("/overdue?actor=provider", "provider", provider=own.provider_id))
    assert (page["items"], page["next_cursor"] is None) == ([], False)
    assert names(late(house, "provider", "provider", provider=own.provider_id)) == own.enrolments
    assert len(late(house, "provider")) == 3 + sum(len(each.enrolments) for each in others)


@pytest.mark.parametrize(
    "query",
    ["", "?actor=auditor", "?actor=holder&limit=0", "?actor=holder&cursor=x", "?actor=&limit=1"],
)
def test_a_question_that_makes_no_sense_is_refused(shared_house: House, query: str) -> None:
    assert code(shared_house.get(f"/overdue{query}", "operator"))[1] == "validation-failed"


def test_a_class_that_moves_gives_everybody_in_it_another_time(house: House) -> None:
    of = taught(house, ended=20 * DAY)
    note(house)
    assert late(house, "provider") != []
    of.put(**_values(of))
    assert note(house) == 1
    assert note(house) == 0
    assert late(house, "provider") == []


def _values(of: Taught) -> dict[str, Any]:
    return {"starts_at": of.house.class_values()["starts_at"] - 20 * HOUR}


def test_the_list_is_read_from_an_index_of_what_is_still_to_be_done(house: House) -> None:
    """Neither database may read the whole table, or sort what it finds."""
    is_sqlite = house.service.database.dialect == "sqlite"
    explain = "explain query plan " if is_sqlite else "explain "
    for due, index in (
        (ENROLMENT.c.holder_due_at, "enrolment_by_holder_due"),
        (ENROLMENT.c.provider_due_at, "enrolment_by_provider_due"),
    ):
        with house.service.database.reading() as connection:
            now = house.service.database.now(connection)
            query = overdue_query(due, None, now=now, limit=51)
            for way in () if is_sqlite else ("seqscan", "bitmapscan", "sort"):
                connection.execute(sa.text(f"set local enable_{way} = off"))
            text = query.compile(connection.engine, compile_kwargs={"literal_binds": True})
            plan = "\n".join(
                str(row)
                for row in connection.execute(sa.text(explain + str(text).replace(":", "\\:")))
            )
        assert index in plan
        assert "Sort" not in plan
        assert "TEMP B-TREE" not in plan
