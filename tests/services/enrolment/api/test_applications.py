"""Applying for a card in a wave that draws, withdrawing, and looking up what became of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
import sqlalchemy as sa

from chassis.identifiers import new_id
from chassis.throttle import Throttle
from services.enrolment.service import LOOKUPS_OF_ONE_CALLER
from services.enrolment.storage.tables.draws import APPLICATION
from tests.chassis.problem_documents import code, pointers
from tests.services.enrolment.draws import (
    HOUR,
    applied,
    apply,
    close_window,
    drawn,
    look_for,
    look_up,
    looked_up,
    move_window,
    open_draw,
    withdraw,
)
from tests.services.enrolment.files import file_of, send
from tests.services.enrolment.house import House, document, same_but_request_id, with_service


def row_of(house: House, application_id: str) -> Any:
    with house.service.database.reading() as connection:
        query = sa.select(APPLICATION).where(APPLICATION.c.application_id == application_id)
        return connection.execute(query).one()


def test_whoever_applies_gets_an_id_and_a_receipt_by_which_the_application_is_found(
    house: House,
) -> None:
    wave_id, person = open_draw(house), next(house.supply)
    made = document(apply(house, wave_id, person), 201)
    assert (made["wave_id"], made["state"]) == (wave_id, "applied")
    found = look_up(house, made["id"], receipt=made["receipt"])
    assert document(found) == {
        "id": made["id"],
        "wave_id": wave_id,
        "state": "applied",
        "applied_at": made["applied_at"],
        "place": None,
        "code": None,
    }
    assert house.differences() == []


def test_the_log_tells_of_consent_and_region_and_not_of_the_person(house: House) -> None:
    wave_id, person = open_draw(house), next(house.supply)
    made = document(
        apply(house, wave_id, person, role="officer", region="32", subject="officer:ani"), 201
    )
    entry = house.entries()[made["position"] - 1]
    assert (entry["kind"], entry["actor"], entry["role"]) == (
        "application-made",
        "officer:ani",
        "officer",
    )
    assert entry["region"] == person.regency
    with house.service.database.reading() as connection:
        sealed: str = connection.execute(sa.select(APPLICATION.c.sealed)).scalar_one()
    assert entry["body"] == {
        "wave_id": wave_id,
        "application_id": made["id"],
        "assisted": True,
        "consent": True,
        "sealed_sha256": sha256(sealed.encode()).hexdigest(),
    }


def test_an_id_tells_nothing_not_even_when_it_was_made(house: House) -> None:
    wave_id = open_draw(house)
    ids = [applied(house, wave_id, next(house.supply)) for _ in range(8)]
    assert {one[14] for one in ids} == {"4"}
    assert ids != sorted(ids)


def test_the_same_key_again_gives_the_same_id(house: House) -> None:
    wave_id, person = open_draw(house), next(house.supply)
    answers = [apply(house, wave_id, person, key="application-1") for _ in range(2)]
    assert answers[0].data == answers[1].data
    assert code(apply(house, wave_id, person)) == (409, "already-applied")


def test_that_somebody_has_applied_is_told_as_a_look_up_recorded_and_bounded(house: House) -> None:
    house = with_service(house, replace(house.service, clock=lambda: 0.0))
    wave_id, person = open_draw(house), next(house.supply)
    application_id = applied(house, wave_id, person)
    asked = {"role": "officer", "region": "32", "subject": "officer:1"}
    assert code(apply(house, wave_id, person, **asked)) == (409, "already-applied")
    entry = house.entries()[-1]
    assert (entry["kind"], entry["actor"]) == ("application-looked-up", "officer:1")
    assert entry["body"]["application_id"] == application_id
    assert entry["body"]["reason"] == "Application refused: already-applied"
    for _ in range(LOOKUPS_OF_ONE_CALLER.count - 1):
        apply(house, wave_id, person, **asked)
    assert code(apply(house, wave_id, person, **asked)) == (429, "too-many-requests")
    other = {**asked, "subject": "officer:2"}
    document(apply(house, wave_id, next(house.supply), **other), 201)


@pytest.mark.parametrize("consent", [False, None, "true", 1])
def test_nobody_applies_for_a_person_who_did_not_agree(house: House, consent: Any) -> None:
    wave_id = open_draw(house)
    before = house.tables()
    body = {**next(house.supply).row(), "consent": consent}
    answer = house.post(f"/waves/{wave_id}/applications", body, "operator")
    assert code(answer) == (422, "validation-failed")
    assert pointers(answer) == ["/consent"]
    assert house.tables() == before


def test_what_is_wrong_with_a_person_s_data_is_named(house: House) -> None:
    wave_id, person = open_draw(house), next(house.supply)
    wrong = {"nik": "123", "birth_date": "1990-02-30", "regency": "17.7", "cluster": "farmers"}
    for name, value in wrong.items():
        body = {**person.row(), "consent": True, name: value}
        answer = house.post(f"/waves/{wave_id}/applications", body, "operator")
        assert (code(answer), pointers(answer)) == ((422, "validation-failed"), [f"/{name}"])


def test_an_officer_applies_for_people_of_the_own_region_only(house: House) -> None:
    wave_id, person = open_draw(house), next(house.supply)
    for region in ("32", "32.73"):
        applied(house, wave_id, next(house.supply), role="officer", region=region)
    answer = apply(house, wave_id, person, role="officer", region="17")
    assert code(answer) == (403, "forbidden")


@pytest.mark.parametrize(
    "window",
    [
        {"opens_in": HOUR, "closes_in": 2 * HOUR},
        {"opens_in": -2 * HOUR, "closes_in": -timedelta(microseconds=1)},
    ],
)
def test_outside_the_window_nobody_applies_or_withdraws(
    house: House, window: dict[str, timedelta]
) -> None:
    wave_id = open_draw(house)
    application_id = applied(house, wave_id, next(house.supply))
    move_window(house, wave_id, **window)
    assert code(apply(house, wave_id, next(house.supply))) == (409, "wave-closed")
    assert code(withdraw(house, application_id)) == (409, "wave-closed")
    assert looked_up(house, application_id)["state"] == "applied"


def test_a_wave_of_the_first_takes_no_applications_and_one_that_draws_no_candidates(
    house: House,
) -> None:
    first_come, draws = house.open_wave(), open_draw(house)
    person = next(house.supply)
    assert code(apply(house, first_come, person)) == (409, "wave-first-come")
    assert code(house.admit([person.row()], wave_id=draws)) == (409, "wave-draws")
    assert code(send(house, file_of([person]), wave_id=draws)) == (409, "wave-draws")
    assert code(apply(house, new_id(), person)) == (404, "not-found")
    close_window(house, draws)
    assert code(house.admit([person.row()], wave_id=draws)) == (409, "wave-draws")


def test_a_withdrawn_application_leaves_its_id_and_nothing_of_the_person(house: House) -> None:
    wave_id, person = open_draw(house), next(house.supply)
    application_id = applied(house, wave_id, person)
    done = document(withdraw(house, application_id))
    assert (done["id"], done["state"]) == (application_id, "withdrawn")
    row = row_of(house, application_id)
    assert (row.state, row.sealed, row.nik_digest) == ("withdrawn", None, None)
    assert looked_up(house, application_id)["state"] == "withdrawn"
    entry = house.entries()[-1]
    assert entry["kind"] == "application-withdrawn"
    assert entry["body"]["assisted"] is entry["body"]["consent"] is True
    assert code(withdraw(house, application_id)) == (409, "application-ended")
    assert applied(house, wave_id, person) != application_id
    assert house.differences() == []


def test_to_an_officer_an_application_of_another_region_is_as_one_that_is_not_there(
    house: House,
) -> None:
    application_id = applied(house, open_draw(house), next(house.supply))
    others = withdraw(house, application_id, role="officer", region="17")
    absent = withdraw(house, new_id(), role="officer", region="17")
    assert code(others) == (404, "not-found")
    assert same_but_request_id(others, absent)
    document(withdraw(house, application_id, role="officer", region="32.73"))


def test_without_the_receipt_nothing_but_the_state_is_told(house: House) -> None:
    wave_id, child = open_draw(house), replace(next(house.supply), birth_date="2015-01-01")
    made = document(apply(house, wave_id, child), 201)
    drawn(house, wave_id)
    told = document(look_up(house, made["id"]))
    assert told == {
        "id": made["id"],
        "wave_id": wave_id,
        "state": "refused",
        "applied_at": None,
        "place": 1,
        "code": None,
    }
    assert looked_up(house, made["id"])["code"] == "age-outside-rules"


def test_the_receipt_of_another_application_tells_nothing(house: House) -> None:
    wave_id = open_draw(house)
    one, other = (document(apply(house, wave_id, next(house.supply)), 201) for _ in range(2))
    assert one["receipt"] != other["receipt"]
    for wrong in (other["receipt"], one["receipt"][:-1], "Ä" * 10):
        assert code(look_up(house, one["id"], receipt=wrong)) == (422, "receipt-wrong")
    assert pointers(look_up(house, one["id"], receipt="A" * 21)) == ["/receipt"]
    answer = look_up(house, new_id(), receipt=one["receipt"])
    assert code(answer) == (422, "receipt-wrong")


def test_who_lost_the_id_is_found_by_an_officer_of_the_region_and_may_withdraw(
    house: House,
) -> None:
    wave_id, person = open_draw(house), next(house.supply)
    made = document(apply(house, wave_id, person), 201)
    found = document(look_for(house, wave_id, person, region="32", subject="officer:ani"))
    entry = house.entries()[found.pop("position") - 1]
    assert found == {name: made[name] for name in made if name != "position"}
    assert (entry["kind"], entry["actor"]) == ("application-looked-up", "officer:ani")
    assert entry["body"] == {
        "wave_id": wave_id,
        "application_id": made["id"],
        "by": "nik",
        "reason": "Tanda terima hilang",
        "shown": True,
    }
    document(withdraw(house, found["id"], role="officer", region="32"))
    assert applied(house, wave_id, person) != made["id"]
    assert house.differences() == []


def test_an_officer_of_another_region_is_told_as_if_nobody_had_applied_and_that_is_recorded(
    house: House,
) -> None:
    wave_id, person, nobody = open_draw(house), next(house.supply), next(house.supply)
    applied(house, wave_id, person)
    others = look_for(house, wave_id, person, region="17")
    absent = look_for(house, wave_id, nobody, region="17")
    assert code(others) == (404, "not-found")
    assert same_but_request_id(others, absent)
    shown = [entry["body"]["shown"] for entry in house.entries()[-2:]]
    assert shown == [False, False]
    assert all(one.nik not in str(house.entries()) for one in (person, nobody))


def test_what_is_withdrawn_or_judged_is_found_by_nobody(house: House) -> None:
    wave_id, gone, judged = open_draw(house), next(house.supply), next(house.supply)
    document(withdraw(house, applied(house, wave_id, gone)))
    applied(house, wave_id, judged)
    drawn(house, wave_id)
    for person in (gone, judged):
        assert code(look_for(house, wave_id, person, role="operator")) == (404, "not-found")


def test_a_lost_application_is_looked_for_where_there_is_a_draw(house: House) -> None:
    person = next(house.supply)
    first_come = look_for(house, house.open_wave(), person, role="operator")
    assert code(first_come) == (409, "wave-first-come")
    assert code(look_for(house, new_id(), person, role="operator")) == (404, "not-found")


def test_applications_that_are_looked_for_count_as_cards_that_are(house: House) -> None:
    wave_id, person = open_draw(house), next(house.supply)
    once = Throttle(replace(LOOKUPS_OF_ONE_CALLER, count=1))
    house = with_service(house, replace(house.service, lookups=once))
    look_for(house, wave_id, person, subject="officer:ani", region="32")
    answer = look_for(house, wave_id, person, subject="officer:ani", region="32")
    assert code(answer) == (429, "too-many-requests")
    assert int(answer.headers["Retry-After"]) > 0


def test_the_same_person_applies_in_another_wave(house: House) -> None:
    person = next(house.supply)
    one, other = (applied(house, open_draw(house), person) for _ in range(2))
    assert one != other


def test_once_it_is_judged_nothing_of_the_person_is_left_in_an_application(house: House) -> None:
    wave_id, person = open_draw(house), next(house.supply)
    child = replace(next(house.supply), birth_date="2015-01-01")
    ids = [applied(house, wave_id, one) for one in (person, child)]
    drawn(house, wave_id)
    assert [looked_up(house, one)["state"] for one in ids] == ["drawn", "refused"]
    assert looked_up(house, ids[1])["code"] == "age-outside-rules"
    for one in ids:
        row = row_of(house, one)
        assert (row.sealed, row.nik_digest) == (None, None)


def test_an_id_that_nobody_has_finds_nothing(house: House) -> None:
    assert code(look_up(house, new_id())) == (404, "not-found")
