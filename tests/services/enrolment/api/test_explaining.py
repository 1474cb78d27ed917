"""The rules explained: each rule, its verdict and the numbers it compared; and what other rules would have said."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from chassis.clock import utc_now
from chassis.identifiers import new_id
from services.enrolment.storage import rules
from services.enrolment.storage.tables.programme import CARD, RULE_VERSION
from tests.chassis.problem_documents import code, pointers
from tests.services.enrolment.api.test_quotas import set_places
from tests.services.enrolment.exclusions import case_about, decide
from tests.services.enrolment.house import DAY, PRICE, House, document
from tests.services.enrolment.people import HeldCard
from tests.services.enrolment.teaching import Taught, held, taught

PERSON = {"birth_date": "1990-05-02", "regency": "32.73", "scheme": "digital"}
BALANCE = 3_500_000


def explain(house: House, body: dict[str, Any], role: str = "operator", **claims: Any) -> Any:
    return house.post("/rules/explanation", body, role, **claims)


def explained(house: House, body: dict[str, Any], role: str = "operator", **claims: Any) -> Any:
    return document(explain(house, body, role, **claims))


def of_candidate(house: House, **changes: Any) -> Any:
    asked: dict[str, Any] = {
        name: changes.pop(name) for name in ("version", "date") if name in changes
    }
    return explained(house, {"candidate": {**PERSON, **changes}, **asked})


def check(explanation: Any, rule: str) -> Any:
    [found] = [each for each in explanation["checks"] if each["rule"] == rule]
    return found


def refusals(explanation: Any) -> list[str]:
    return [each["code"] for each in explanation["checks"] if not each["holds"]]


def let_time_pass(house: House, card: HeldCard, by: timedelta) -> None:
    """Let a card have been awarded so much earlier."""
    with house.service.database.writing() as connection:
        mine = CARD.c.card_ref == card.card_ref
        row = connection.execute(sa.select(CARD.c.awarded_at, CARD.c.deadline).where(mine)).one()
        values = {"awarded_at": row.awarded_at - by, "deadline": row.deadline - by}
        connection.execute(sa.update(CARD).where(mine).values(**values))
        connection.commit()


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


def test_an_earlier_version_would_have_given_the_card_longer_and_less(house: House) -> None:
    """The first purchase: 15 days now, 30 before; the balance Rp3,500,000 now, Rp1,000,000 before."""
    card, class_id = house.award(), house.put_class(price=1_000_001)
    let_time_pass(house, card, 20 * DAY)
    now = explained(house, {"class_id": class_id}, "holder", card=card.card_ref)
    assert refusals(now) == ["card-not-usable"]
    earlier = {"class_id": class_id, "version": "2020-04"}
    then = explained(house, earlier, "holder", card=card.card_ref)
    assert then["version"] == "2020-04"
    assert refusals(then) == ["insufficient-balance"]
    assert check(then, "balance-covers-price")["compared"]["balance"] == 1_000_000


def test_an_officer_who_names_a_card_looks_it_up(shared_house: House) -> None:
    card, class_id = shared_house.award(), shared_house.put_class()
    body = {"class_id": class_id, "card_number": card.card_number}
    assert explained(shared_house, body, "officer", region="32")["refused_by"] is None
    entry = shared_house.entries()[-1]
    assert (entry["kind"], entry["card_ref"]) == ("card-looked-up", card.card_ref)
    assert entry["body"]["reason"] == f"rules explained for class {class_id}"
    assert code(explain(shared_house, body, "officer", region="33")) == (404, "card-not-found")
    assert shared_house.entries()[-1]["body"]["shown"] is False


def test_an_enrolment_is_explained_by_what_was_known_when_it_was_made(house: House) -> None:
    card = house.award()
    dear, cheap = house.put_class(price=2_000_000), house.put_class(price=1_200_000)
    first = house.enrolled(card, dear, price=2_000_000)
    house.cancel(first["id"], "operator")
    second = house.enrolled(card, cheap, price=1_200_000)
    house.put_class(cheap, price=9_000_000, declared_seats=1)
    for enrolment, price in ((first, 2_000_000), (second, 1_200_000)):
        body = {"enrolment_id": enrolment["id"]}
        told = explained(house, body, "holder", card=card.card_ref)
        assert (told["version"], told["refused_by"]) == ("2023-01", None)
        compared = check(told, "balance-covers-price")["compared"]
        assert compared == {"balance": BALANCE, "price": price}
        assert check(told, "running-trainings")["compared"] == {"running": 0, "most": 1}
        then = explained(house, {**body, "version": "2020-04"}, "operator")
        assert refusals(then) == ["insufficient-balance"]


def test_an_enrolment_that_was_made_before_the_card_was_barred_is_explained_as_of_then(
    house: House,
) -> None:
    card, class_id = house.award(), house.put_class()
    taken = house.enrolled(card, class_id)
    document(decide(house, case_about(house, card), "upheld"))
    told = explained(house, {"enrolment_id": taken["id"]})
    assert (told["refused_by"], refusals(told)) == (None, [])
    usable = check(told, "card-usable")["compared"]
    assert usable["card_state"] == "awarded"
    assert usable["deadline"] is not None
    now = explained(house, {"class_id": house.put_class(), "card_number": card.card_number})
    assert check(now, "card-usable")["compared"]["card_state"] == "barred"


def test_an_enrolment_is_explained_by_the_reviews_that_were_owed_then(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    let_rules_hold(house, review_before_next=False)
    monkeypatch.setattr(rules, "READ_EVERY", 0)  # the process has read the versions already
    first = taught(house)
    first.came()
    document(first.judge())
    second = {"enrolment_id": house.enrolled(first.cards[0], house.put_class())["id"]}
    document(first.review(), 201)
    told = explained(house, second)
    assert refusals(told) == []
    assert check(told, "review-given")["compared"] == {
        "reviews_owed": 1,
        "review_before_next": False,
    }
    assert check(told, "running-trainings")["compared"]["running"] == 0
    assert check(told, "waiting-time-over")["compared"]["open_again_at"] is None
    assert refusals(explained(house, {**second, "version": "2023-01"})) == ["review-owed"]


def test_an_enrolment_is_explained_by_the_waiting_time_of_then(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first one did not wait for anything; the second waited until an operator opened the card."""
    let_rules_hold(house, wait_after_unfinished_days=30)
    monkeypatch.setattr(rules, "READ_EVERY", 0)  # the process has read the versions already
    of = taught(house)
    of.record(of.item(present=False))
    document(of.judge())
    [first] = of.enrolments
    document(house.post(f"/enrolments/{first}/opening", {"reason": "Sakit"}, "operator"))
    again = taught_again(of)
    [second] = again.enrolments
    again.record(again.item(present=False))
    document(again.judge())
    told = [
        check(explained(house, {"enrolment_id": each}), "waiting-time-over")
        for each in (first, second)
    ]
    assert all(each["holds"] for each in told)
    assert told[0]["compared"]["open_again_at"] is None
    waited = told[1]["compared"]
    assert waited["open_again_at"] is not None
    assert waited["open_again_at"] <= waited["at"]


def test_a_review_that_was_written_before_is_owed_no_longer(house: House) -> None:
    of = taught(house).completed()
    second = house.enrolled(of.cards[0], house.put_class())
    told = explained(house, {"enrolment_id": second["id"]})
    assert check(told, "review-given")["compared"]["reviews_owed"] == 0


def taught_again(of: Taught) -> Taught:
    """Let somebody take part in another class of the provider, which is over by now."""
    house, card, class_id = of.house, of.cards[0], new_id()
    house.put_class(class_id, provider_id=of.provider_id)
    taken = house.enrolled(card, class_id)
    house.redeem(taken["id"], taken["redeem_code"], "holder", card=card.card_ref)
    house.put_class(class_id, provider_id=of.provider_id, **held())
    return Taught(house, class_id, of.provider_id, [card], [taken["id"]])


def let_rules_hold(house: House, **changes: Any) -> None:
    """Schedule a version, and let it have begun some days ago."""
    day = (utc_now() + 40 * DAY).date().isoformat()
    body = {"version": "2099-01", "effective_from": day, "reason": "Uji", "changes": changes}
    document(house.post("/rules", body, "operator"), 201)
    with house.as_owner() as connection:
        past = (utc_now() - 9 * DAY).date().isoformat()
        connection.execute(sa.update(RULE_VERSION).values(effective_from=past))


def test_an_enrolment_of_others_is_as_if_it_were_not_there(shared_house: House) -> None:
    card, other = shared_house.award_many(2)
    taken = shared_house.enrolled(card, shared_house.put_class())
    absent = explain(shared_house, {"enrolment_id": new_id()}, "holder", card=other.card_ref)
    for role, claims in (
        ("holder", {"card": other.card_ref}),
        ("officer", {"region": "32"}),
    ):
        answer = explain(shared_house, {"enrolment_id": taken["id"]}, role, **claims)
        assert code(answer) == code(absent) == (404, "not-found")


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


def test_a_class_is_explained_by_its_limits_to_whoever_may_ask(shared_house: House) -> None:
    class_id = shared_house.put_class(
        declared_seats=60, hours=20, trainers=2, rule_version="2023-01"
    )
    for role in ("provider", "holder", "officer", "operator", "auditor"):
        told = explained(shared_house, {"limits_of": class_id}, role, key=None)
        assert (told["version"], told["refused_by"]) == ("2023-01", None)
    assert {each["rule"]: each["compared"] for each in told["checks"]} == {
        "course-length": {"least_hours": 15, "found": 20},
        "hours-a-day": {"online_hours_a_day": 3, "found": 2.0},
        "seats-per-trainer": {"webinar_seats_per_trainer": 50, "found": 30.0},
    }


def test_what_other_rules_would_have_said_of_a_class_is_told(shared_house: House) -> None:
    class_id = shared_house.put_class(
        declared_seats=200, hours=6, trainers=4, rule_version="2023-01"
    )
    now = explained(shared_house, {"limits_of": class_id})
    assert refusals(now) == ["validation-failed"]
    assert "at least 15 hours; this has 6" in check(now, "course-length")["detail"]
    early = explained(shared_house, {"limits_of": class_id, "version": "2020-04"})
    assert (early["version"], check(early, "course-length")["holds"]) == ("2020-04", True)
    assert check(early, "seats-of-a-class")["compared"] == {"webinar_seats": 150, "found": 200}
    day = explained(shared_house, {"limits_of": class_id, "date": "2021-05-01"})
    assert day["checks"] == early["checks"]


def test_what_is_not_known_of_a_class_here_is_not_explained(shared_house: House) -> None:
    told = explained(shared_house, {"limits_of": shared_house.put_class()})
    assert [each["rule"] for each in told["checks"]] == ["hours-a-day"]


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


def test_what_is_compared_in_an_enrolment_costs_no_entry(shared_house: House) -> None:
    card = shared_house.award()
    taken = shared_house.enrolled(card, shared_house.put_class())
    before = shared_house.tables()
    told = explained(shared_house, {"enrolment_id": taken["id"]}, "auditor")
    assert check(told, "balance-covers-price")["compared"]["price"] == PRICE
    assert shared_house.tables() == before


def test_without_a_wish_a_card_is_judged_as_it_stands_also_under_later_rules(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The balance is that of its award, and the verdict that of enrolling."""
    card, class_id = house.award(), house.put_class(price=BALANCE - 1)
    let_rules_hold(house, training_balance=BALANCE + 1_000_000, first_purchase_days=1)
    let_time_pass(house, card, 3 * DAY)
    told = explained(house, {"class_id": class_id}, "holder", card=card.card_ref)
    assert (told["version"], told["refused_by"]) == ("2099-01", None)
    assert check(told, "balance-covers-price")["compared"]["balance"] == BALANCE
    monkeypatch.setattr(rules, "READ_EVERY", 0)  # the process has read the versions already
    taken = house.enrolled(card, class_id, price=BALANCE - 1)
    told = explained(house, {"enrolment_id": taken["id"]}, "operator")
    assert (told["version"], told["refused_by"]) == ("2099-01", None)
    assert check(told, "balance-covers-price")["compared"]["balance"] == BALANCE


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
