"""The rules explained: each rule, its verdict and the numbers it compared; and what other rules would have said."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from chassis.clock import utc_now
from chassis.identifiers import new_id
from services.enrolment.domain.seats.training_class import Meeting
from services.enrolment.storage.classes import write_meetings
from tests.chassis.problem_documents import code, pointers
from tests.services.enrolment.api.test_quotas import set_places
from tests.services.enrolment.explaining import (
    BALANCE,
    PERSON,
    check,
    explain,
    explained,
    of_candidate,
    refusals,
)
from tests.services.enrolment.house import DAY, House, document


def test_every_rule_for_a_candidate_is_told_with_what_it_compared(shared_house: House) -> None:
    told = of_candidate(shared_house)
    assert (told["version"], told["refused_by"]) == ("2023-01", None)
    assert [each["rule"] for each in told["checks"]] == [
        "birth-date",
        "admissions-open",
        "age",
        "exclusion",
        "once-in-a-lifetime",
        "family-card",
        "quota",
    ]
    assert all(each["holds"] for each in told["checks"])
    age = check(told, "age")["compared"]
    assert (age["youngest"], age["oldest"]) == (18, 64)
    assert check(told, "quota")["compared"]["places"] == 1_500_000


def test_all_that_refuses_a_candidate_is_told_and_the_first_is_named(shared_house: House) -> None:
    told = of_candidate(
        shared_house, birth_date="2020-01-01", held_a_card=True, recipients_of_family_card=2
    )
    assert refusals(told) == ["age-outside-rules", "nik-already-held", "family-card-used-up"]
    assert told["refused_by"] == "age-outside-rules"
    assert check(told, "family-card")["compared"] == {"recipients": 2, "most": 2}
    assert "from 18 to 64" in check(told, "age")["detail"]


def test_a_candidate_is_judged_by_the_quotas_of_the_wave_that_is_named(shared_house: House) -> None:
    wave_id = shared_house.open_wave()
    [full] = document(set_places(shared_house, wave_id, {"region": "32.73", "places": 0}))["items"]
    assert of_candidate(shared_house)["refused_by"] is None
    told = of_candidate(shared_house, wave_id=wave_id)
    assert told["refused_by"] == "quota-full"
    assert told["checks"][-1]["compared"]["quota_id"] == full["id"]


def test_a_candidate_is_judged_as_of_the_day_that_is_named(shared_house: House) -> None:
    told = of_candidate(shared_house, birth_date="2003-01-02", date="2021-01-01")
    assert (told["version"], told["at"]) == ("2020-04", "2020-12-31T17:00:00.000000Z")
    assert check(told, "age")["compared"]["age"] == 17
    assert told["refused_by"] == "age-outside-rules"
    later = of_candidate(shared_house, birth_date="2003-01-02", date="2021-01-02")
    assert later["refused_by"] is None


def test_a_holder_is_told_why_a_seat_would_be_refused(shared_house: House) -> None:
    card = shared_house.award()
    class_id = shared_house.put_class(mode="offline", price=BALANCE + 1, declared_seats=0)
    body = {"class_id": class_id}
    told = explained(shared_house, body, "holder", card=card.card_ref)
    assert refusals(told) == ["mode-not-in-scheme", "insufficient-balance", "class-full"]
    assert told["refused_by"] == code(shared_house.enrol(card, class_id, price=BALANCE + 1))[1]
    assert check(told, "balance-covers-price")["compared"] == {
        "balance": BALANCE,
        "price": BALANCE + 1,
    }


def test_a_seat_that_would_be_given_is_explained_and_not_taken(shared_house: House) -> None:
    card, class_id = shared_house.award(), shared_house.put_class()
    before = shared_house.tables()
    told = explained(shared_house, {"class_id": class_id}, "holder", card=card.card_ref)
    assert told["refused_by"] is None
    assert shared_house.tables() == before


def test_the_first_refusal_is_that_of_enrolling_whatever_is_wrong(shared_house: House) -> None:
    card = shared_house.award()
    taken = shared_house.put_class()
    shared_house.enrolled(card, taken)
    for class_id in (taken, shared_house.put_class(), shared_house.put_class(status="closed")):
        told = explained(shared_house, {"class_id": class_id}, "holder", card=card.card_ref)
        assert told["refused_by"] == code(shared_house.enrol(card, class_id))[1]


def test_an_officer_who_names_a_card_looks_it_up(shared_house: House) -> None:
    card, class_id = shared_house.award(), shared_house.put_class()
    body = {"class_id": class_id, "card_number": card.card_number}
    assert explained(shared_house, body, "officer", region="32")["refused_by"] is None
    entry = shared_house.entries()[-1]
    assert (entry["kind"], entry["card_ref"]) == ("card-looked-up", card.card_ref)
    assert entry["body"]["reason"] == f"rules explained for class {class_id}"
    assert code(explain(shared_house, body, "officer", region="33")) == (404, "card-not-found")
    assert shared_house.entries()[-1]["body"]["shown"] is False


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/enrolment_id"),
        ({"class_id": new_id(), "enrolment_id": new_id()}, "/enrolment_id"),
        ({"candidate": PERSON, "class_id": new_id()}, "/class_id"),
        ({"candidate": PERSON, "version": "2023-01", "date": "2023-01-01"}, "/date"),
        ({"candidate": PERSON, "version": "1999-01"}, "/version"),
        ({"candidate": PERSON, "version": "in force"}, "/version"),
        ({"candidate": PERSON, "date": "2019-12-31"}, "/date"),
        ({"candidate": PERSON, "date": "0001-01-01"}, "/date"),
        ({"candidate": PERSON, "card_number": "1234567890123456"}, "/card_number"),
        ({"class_id": new_id()}, "/card_number"),
        ({"candidate": {**PERSON, "nik": "3273014205900001"}}, "/candidate/nik"),
        ({"candidate": {**PERSON, "wave_id": new_id()}}, "/candidate/wave_id"),
        (
            {"candidate": {**PERSON, "recipients_of_family_card": -1}},
            "/candidate/recipients_of_family_card",
        ),
        ({"candidate": {"regency": "32.73", "scheme": "digital"}}, "/candidate/birth_date"),
    ],
)
def test_a_question_that_is_no_question_is_refused_by_name(
    shared_house: House, body: dict[str, Any], pointer: str
) -> None:
    answer = explain(shared_house, body)
    assert code(answer) == (422, "validation-failed")
    assert pointers(answer) == [pointer]


def test_a_holder_does_not_name_a_card(shared_house: House) -> None:
    card = shared_house.award()
    body = {"class_id": new_id(), "card_number": card.card_number}
    answer = explain(shared_house, body, "holder", card=card.card_ref)
    assert (code(answer), pointers(answer)) == ((422, "validation-failed"), ["/card_number"])


def daily(count: int, *, hours: int) -> dict[str, Any]:
    """Return when a class is held: so many days from the day after tomorrow on, so many hours each."""
    first = utc_now().replace(hour=2, minute=0, second=0, microsecond=0) + 2 * DAY
    starts = [first + number * DAY for number in range(count)]
    sat = [Meeting(start, start + timedelta(hours=hours)) for start in starts]
    return {
        "starts_at": first,
        "ends_at": sat[-1].ends_at,
        "meetings": write_meetings(sat),
        "registration_closes": first,
    }


def test_a_class_is_explained_by_its_limits_to_whoever_may_ask(shared_house: House) -> None:
    class_id = shared_house.put_class(
        declared_seats=60, hours=20, trainers=2, rule_version="2023-01", **daily(6, hours=3)
    )
    for role in ("provider", "holder", "officer", "operator", "auditor"):
        told = explained(shared_house, {"limits_of": class_id}, role, key=None)
        assert (told["version"], told["refused_by"]) == ("2023-01", None)
    assert {each["rule"]: each["compared"] for each in told["checks"]} == {
        "course-length": {"least_hours": 15, "found": 20},
        "class-length": {"least_hours": 15, "found": 18.0},
        "hours-a-day": {"online_hours_a_day": 3, "found": 3.0},
        "seats-per-trainer": {"webinar_seats_per_trainer": 50, "found": 30.0},
    }


def test_what_other_rules_would_have_said_of_a_class_is_told(shared_house: House) -> None:
    class_id = shared_house.put_class(
        declared_seats=200, hours=6, trainers=4, rule_version="2023-01", **daily(2, hours=3)
    )
    now = explained(shared_house, {"limits_of": class_id})
    assert refusals(now) == ["validation-failed", "validation-failed"]
    assert "at least 15 hours; this has 6" in check(now, "course-length")["detail"]
    early = explained(shared_house, {"limits_of": class_id, "version": "2020-04"})
    assert (early["version"], check(early, "course-length")["holds"]) == ("2020-04", True)
    assert check(early, "seats-of-a-class")["compared"] == {"webinar_seats": 150, "found": 200}
    day = explained(shared_house, {"limits_of": class_id, "date": "2021-05-01"})
    assert day["checks"] == early["checks"]


def test_what_is_not_known_of_a_class_here_is_not_explained(shared_house: House) -> None:
    told = explained(shared_house, {"limits_of": shared_house.put_class()})
    assert [each["rule"] for each in told["checks"]] == ["class-length", "hours-a-day"]


def test_a_provider_is_told_of_no_seat(shared_house: House) -> None:
    asked = {"class_id": shared_house.put_class()}
    answer = explain(shared_house, asked, "provider", provider=new_id())
    assert code(answer) == (403, "forbidden")


def test_a_class_that_nobody_knows_cannot_be_explained(shared_house: House) -> None:
    card = shared_house.award()
    answer = explain(shared_house, {"class_id": new_id()}, "holder", card=card.card_ref)
    assert code(answer) == (404, "class-not-found")


def test_a_version_that_is_scheduled_can_be_asked_before_it_takes_effect(house: House) -> None:
    day = (utc_now() + 40 * DAY).date().isoformat()
    body = {"version": "2099-01", "effective_from": day, "reason": "Uji", "changes": {"oldest": 30}}
    document(house.post("/rules", body, "operator"), 201)
    told = of_candidate(house, version="2099-01")
    assert told["refused_by"] == "age-outside-rules"
    assert of_candidate(house)["refused_by"] is None
    assert of_candidate(house, date=day)["version"] == "2099-01"


def test_who_asks_for_a_wave_that_is_closed_is_told_so(shared_house: House) -> None:
    wave_id = shared_house.open_wave(opens_in=DAY, closes_in=2 * DAY)
    told = of_candidate(shared_house, wave_id=wave_id)
    assert (told["refused_by"], told["checks"][0]["rule"]) == ("wave-closed", "wave-open")


def test_auditors_look_no_card_up(shared_house: House) -> None:
    card = shared_house.award()
    body = {"class_id": shared_house.put_class(), "card_number": card.card_number}
    assert code(explain(shared_house, body, "auditor")) == (403, "forbidden")


def test_a_pause_of_several_lines_is_told_as_it_is(house: House) -> None:
    pause = {"what": "admissions", "region": "32", "message": "Data diperiksa.\nCoba lagi besok."}
    document(house.post("/pauses", pause, "operator"), 201)
    assert check(of_candidate(house), "admissions-open")["detail"] == pause["message"]
    [refused] = document(house.admit([next(house.supply).row()]))["refused"]
    assert refused["detail"] == pause["message"]
