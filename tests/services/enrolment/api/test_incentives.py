"""Incentives and surveys: due once a training is completed and reviewed, withdrawn where it does not stand any more."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from services.enrolment.storage.tables.money import SURVEY
from tests.chassis.problem_documents import code, pointers
from tests.services.enrolment.house import DAY, PRICE, House, document, house_on
from tests.services.enrolment.people import HeldCard
from tests.services.enrolment.teaching import Taught, held, taught

REVOCATION = {"reason": "Memakai dokumen orang lain", "case_number": "INSP-21"}


def incentives(of: Taught, person: int = 0) -> list[tuple[str, int, int, str]]:
    return [
        (each["incentive"], each["number"], each["amount"], each["status"])
        for each in of.card(person)["incentives"]
    ]


def statement(house: House, card: HeldCard) -> list[tuple[str, str, str, int]]:
    items = document(house.get("/cards/me/statement", "holder", card=card.card_ref))["items"]
    return [(each["cause"], each["from"], each["to"], each["amount"]) for each in items]


def earns(of: Taught, person: int = 0) -> Any:
    path = f"/enrolments/{of.enrolments[person]}/timeline"
    card = of.cards[person].card_ref
    return document(of.house.get(path, "holder", card=card))["incentive"]


def handed_in(house: House, of: Taught, *, ago: timedelta) -> None:
    """Let the surveys of a card have been handed in so long ago."""
    with house.as_owner() as connection:
        if connection.dialect.name == "sqlite":
            connection.execute(sa.text("drop trigger survey_no_update"))
        else:
            connection.execute(sa.text("alter table survey disable trigger user"))
        instant = connection.execute(sa.select(SURVEY.c.handed_in_at)).scalars().first()
        assert instant is not None
        of_card = SURVEY.c.card_ref == of.cards[0].card_ref
        connection.execute(sa.update(SURVEY).where(of_card).values(handed_in_at=instant - ago))


def test_the_first_completed_training_earns_it_with_its_review(house: House) -> None:
    of = taught(house)
    assert earns(of) == {"amount": 600_000, "needs": ["completion", "review"], "due_since": None}
    of.came()
    document(of.judge())
    assert earns(of) == {"amount": 600_000, "needs": ["review"], "due_since": None}
    assert incentives(of) == []
    assert document(of.review(), 201)["incentive_due"] == 600_000
    assert incentives(of) == [("completion", 1, 600_000, "due")]
    told = earns(of)
    assert (told["needs"], told["due_since"]) == ([], of.card()["incentives"][0]["due_since"])
    assert of.card()["balance"] == 3_500_000 - PRICE
    assert statement(house, of.cards[0])[-1] == ("incentive", "state", "incentive", 600_000)
    entry = house.entries()[-1]
    assert (entry["kind"], entry["role"], entry["rule_version"]) == (
        "incentive-due",
        "holder",
        "2023-01",
    )
    assert entry["body"]["enrolment_id"] == of.enrolments[0]
    assert house.differences() == []


def test_a_second_training_earns_no_other(house: House) -> None:
    of = taught(house).completed()
    another = _again(of)
    assert document(another.review(), 201)["incentive_due"] == 0
    assert earns(another) is None
    assert incentives(of) == [("completion", 1, 600_000, "due")]
    assert house.differences() == []


def _again(of: Taught) -> Taught:
    """Let the same person complete another training, not reviewed yet."""
    house, provider_id = of.house, of.provider_id
    class_id = house.put_class(provider_id=provider_id)
    taken = house.enrolled(of.cards[0], class_id)
    house.redeem(taken["id"], taken["redeem_code"], "holder", card=of.cards[0].card_ref)
    house.put_class(class_id, **{"provider_id": provider_id, **held()})
    another = Taught(house, class_id, provider_id, of.cards, [taken["id"]])
    another.came()
    document(another.judge())
    return another


@pytest.mark.parametrize("sequences", [(1,), ()], ids=["incomplete", "no_show"])
def test_a_training_that_was_not_completed_earns_none(
    house: House, sequences: tuple[int, ...]
) -> None:
    of = taught(house)
    if sequences:
        of.came(0, *sequences)
    else:
        document(of.record(of.item(present=False)))
    document(of.judge())
    assert (earns(of), incentives(of)) == (None, [])


def test_it_is_withdrawn_when_the_training_is_voided(house: House) -> None:
    of = taught(house).completed()
    document(of.survey(), 201)
    told = document(of.void())
    assert (told["incentives_withdrawn"], told["incentives_due"]) == (650_000, 0)
    assert [each[3] for each in incentives(of)] == ["withdrawn", "withdrawn"]
    assert statement(house, of.cards[0])[-2:] == [
        ("voiding", "incentive", "state", 600_000),
        ("voiding", "incentive", "state", 50_000),
    ]
    kinds = [entry["kind"] for entry in house.entries()[-3:]]
    assert kinds == ["enrolment-voided", "incentive-withdrawn", "incentive-withdrawn"]
    assert house.differences() == []


def test_what_another_training_earns_as_well_is_due_by_that(house: House) -> None:
    of = taught(house).completed()
    another = _again(of)
    document(another.review(), 201)
    told = document(of.void())
    assert (told["incentives_withdrawn"], told["incentives_due"]) == (600_000, 600_000)
    assert [each["enrolment_id"] for each in of.card()["incentives"]] == [
        of.enrolments[0],
        another.enrolments[0],
    ]
    assert (earns(of), earns(another)["needs"]) == (None, [])
    assert house.differences() == []


def test_after_a_voided_training_the_next_one_earns_it(house: House) -> None:
    of = taught(house).completed()
    document(of.survey(), 201)
    document(of.void())
    another = _again(of)
    assert document(another.review(), 201)["incentive_due"] == 650_000
    assert code(another.survey()) == (409, "survey-taken")
    assert house.differences() == []


def test_of_a_revoked_card_nothing_is_due_any_more(house: House) -> None:
    of = taught(house).completed()
    body = {"card_ref": of.cards[0].card_ref, **REVOCATION}
    told = document(house.post("/cards/revocation", body, "operator"))
    assert told["incentives_withdrawn"] == 600_000
    assert of.card()["next_survey"] is None
    assert code(of.survey()) == (409, "state-conflict")
    assert statement(house, of.cards[0])[-1] == ("revocation", "incentive", "state", 600_000)
    assert house.differences() == []


def test_a_review_after_the_revocation_earns_nothing(house: House) -> None:
    of = taught(house)
    of.came()
    document(of.judge())
    body = {"card_ref": of.cards[0].card_ref, **REVOCATION}
    document(house.post("/cards/revocation", body, "operator"))
    assert earns(of) is None
    assert document(of.review(), 201)["incentive_due"] == 0
    assert house.differences() == []


def test_a_survey_opens_with_the_review_and_earns_whatever_is_answered(house: House) -> None:
    of = taught(house)
    following = of.card()["next_survey"]
    assert following == {"number": 1, "amount": 50_000, "opens_at": None}
    assert code(of.survey()) == (409, "survey-not-open")
    of.completed()
    assert of.card()["next_survey"]["opens_at"] is not None
    assert document(of.survey(work="none", use=1), 201)["incentive_due"] == 50_000
    assert incentives(of)[-1] == ("survey", 1, 50_000, "due")
    told, due = house.entries()[-2:]
    assert (told["kind"], told["body"]) == (
        "survey-handed-in",
        {"number": 1, "use": 1, "work": "none"},
    )
    assert due["kind"] == "incentive-due"
    assert house.differences() == []


def test_a_survey_is_handed_in_once_and_the_next_one_thirty_days_later(house: House) -> None:
    of = taught(house).completed()
    document(of.survey(), 201)
    assert code(of.survey()) == (409, "survey-taken")
    assert code(of.survey(number=2)) == (409, "survey-not-open")
    handed_in(house, of, ago=30 * DAY)
    assert document(of.survey(number=2), 201)["incentive_due"] == 50_000
    assert of.card()["next_survey"] is None
    assert code(of.survey(number=3)) == (422, "no-such-survey")
    assert sum(each["amount"] for each in of.card()["incentives"]) == 700_000


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"number": 0}, "/number"),
        ({"number": 21}, "/number"),
        ({"number": "1"}, "/number"),
        ({"work": "asn"}, "/work"),
        ({"use": 0}, "/use"),
        ({"use": 6}, "/use"),
        ({"text": "NIK saya"}, "/text"),
    ],
    ids=str,
)
def test_a_survey_that_makes_no_sense_is_refused_by_name(
    shared_house: House, changes: dict[str, Any], pointer: str
) -> None:
    refused = taught(shared_house).survey(**changes)
    assert (code(refused), pointers(refused)) == ((422, "validation-failed"), [pointer])


def test_a_holder_without_a_card_hands_in_none(shared_house: House) -> None:
    body = {"number": 1, "work": "seeking", "use": 3}
    assert code(shared_house.post("/cards/me/surveys", body, "holder")) == (403, "forbidden")


def test_under_rules_with_several_parts_all_become_due_at_once(provision: Any) -> None:
    with house_on(provision("services.enrolment"), completion_incentives=4) as house:
        of = taught(house).completed()
        assert incentives(of) == [("completion", n, 600_000, "due") for n in range(1, 5)]
