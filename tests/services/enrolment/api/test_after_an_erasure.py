"""What is left of who was erased, and what nobody says or waits for any more."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from tests.chassis.problem_documents import code
from tests.planted import at_rest
from tests.services.enrolment.erasing import (
    SAID,
    erase,
    erased,
    left_of,
    run_out,
    suppressed,
)
from tests.services.enrolment.house import House, document
from tests.services.enrolment.teaching import taught


def test_a_roster_shows_the_enrolment_of_the_erased_without_a_name(house: House) -> None:
    of = taught(house, 2)
    of.came()
    of.came(1)
    document(of.judge_all())
    erased(house, of.cards[0])
    path = f"/classes/{of.class_id}/roster?reason=Pengawasan"
    names = [line["name"] for line in document(house.get(path, "operator"))["items"]]
    assert names == [None, of.cards[1].person.name]


def test_nothing_more_is_kept_of_what_the_erased_say(house: House) -> None:
    of = taught(house)
    of.came()
    document(of.judge())
    erased(house, of.cards[0])
    assert code(of.review(text=SAID)) == (409, "state-conflict")
    assert left_of(house, of.cards[0], SAID)[1:] == []


def test_nobody_waits_for_a_review_of_the_erased(house: House) -> None:
    of = taught(house)
    of.came()
    document(of.judge())
    run_out(house, of.cards[0])
    path = f"/enrolments/{of.enrolments[0]}/timeline"
    assert document(house.get(path, "operator"))["next"]["action"] == "review"
    document(erase(house, of.cards[0]))
    told = document(house.get(path, "operator"))
    assert (told["next"], told["incentive"]) == (None, None)


def test_who_was_erased_answers_no_survey_and_is_owed_nothing_more(house: House) -> None:
    of = taught(house).completed()
    run_out(house, of.cards[0])
    document(erase(house, of.cards[0]))
    before = house.tables()
    assert code(of.survey()) == (409, "state-conflict")
    assert house.tables() == before
    [incentive] = of.card()["incentives"]
    assert (incentive["incentive"], incentive["status"]) == ("completion", "due")
    assert house.differences() == []


def test_neither_order_nor_reference_ties_the_list_to_the_journal(house: House) -> None:
    cards = house.award_many(6)
    for card in cards:
        erased(house, card)
    listed = suppressed(house)
    assert set(listed[0]._mapping) == {"nik_digest", "family_digest", "key_digest"}
    if house.service.database.dialect == "postgresql":
        with house.service.database.reading() as connection:
            query = sa.text(
                "select xmin::text as wrote, nik_digest from suppressed_person order by ctid"
            )
            rows_ = connection.execute(query).all()
        assert len({row.wrote for row in rows_}) == 1
        digests = [row.nik_digest for row in rows_]
        assert digests == sorted(digests)


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_in_a_file_what_was_erased_is_overwritten(house: House) -> None:
    """On PostgreSQL it is until the table is vacuumed."""
    card, kept = house.award_many(2)
    digests = house.service.stores.persons.fingerprints
    numbers = [digests.card_number(each.card_number) for each in (card, kept)]
    assert all(number in file_of_database(house) for number in numbers)
    erased(house, card)
    assert [number in file_of_database(house) for number in numbers] == [False, True]


def file_of_database(house: House) -> str:
    """Return the file with everything in it, its log emptied into it."""
    engine = house.service.database.engine
    with engine.connect() as plain:
        plain.connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return at_rest(house.places.owner)


def test_the_database_keeps_a_person_and_the_erased_apart(house: House) -> None:
    gone, kept = house.award_many(2)
    erased(house, gone)
    digests = house.service.stores.persons.fingerprints
    columns = "(nik_digest, family_digest, key_digest)"
    insert = f"insert into suppressed_person {columns} values (:nik, 'x', 'x')"  # noqa: S608
    moved = "update person set nik_digest = nik_digest where nik_digest = :nik"
    values = {"nik": digests.nik(kept.person.nik)}
    with pytest.raises(sa.exc.IntegrityError), house.as_owner() as connection:
        connection.execute(sa.text(insert), values)
    with house.as_owner() as connection:
        assert connection.execute(sa.text(moved), values).rowcount == 1
