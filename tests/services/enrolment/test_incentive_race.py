"""Two who make the same incentive due at once, and one who voids what another's review rests on."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
import sqlalchemy as sa

from chassis.identity import Principal
from services.enrolment.domain.money.incentive import Incentive
from services.enrolment.domain.money.survey import Survey, Work
from services.enrolment.storage.incentives import IncentiveStore
from services.enrolment.storage.tables.money import INCENTIVE
from services.enrolment.use_cases.learning.review_enrolment import (
    ReviewEnrolment,
    review_enrolment,
)
from services.enrolment.use_cases.money.hand_in_survey import HandInSurvey, hand_in_survey
from tests.services.enrolment.careless import UnlockedCards, careless_service
from tests.services.enrolment.house import House, document, house_on
from tests.services.enrolment.teaching import Taught, held, taught
from tests.services.enrolment.test_result_race import Step, both

TOGETHER = 8


class DueBefore(IncentiveStore):
    """Incentives as they stood before the other one came: read by somebody who does not wait for the card."""

    def __init__(self, house: House, of: Taught) -> None:
        with house.service.database.reading() as connection:
            self._before = super().standing(connection, of.cards[0].card_ref)

    def standing(self, connection: sa.Connection, card_ref: str) -> list[Incentive]:
        del connection, card_ref
        return self._before


class EarnedBefore(IncentiveStore):
    """Trainings as they stood before the other one came: read by somebody who does not wait for the card."""

    def __init__(self, house: House, of: Taught) -> None:
        with house.service.database.reading() as connection:
            self._before = super().earning(connection, of.cards[0].card_ref)

    def earning(self, connection: sa.Connection, card_ref: str) -> dict[str, datetime]:
        del connection, card_ref
        return self._before


class MetSurveys(IncentiveStore):
    """Surveys of which two have read the same before either hands one in."""

    def __init__(self, meeting: threading.Barrier) -> None:
        self._meeting = meeting
        self._met = threading.local()

    def surveys(self, connection: sa.Connection, card_ref: str) -> dict[int, datetime]:
        found = super().surveys(connection, card_ref)
        if not getattr(self._met, "once", False):
            self._met.once = True
            self._meeting.wait(10)
        return found


def two_completed(house: House) -> list[Taught]:
    """Let one person complete two trainings at once, neither reviewed yet."""
    first = taught(house)
    class_id = house.put_class(provider_id=first.provider_id)
    taken = house.enrolled(first.cards[0], class_id)
    house.redeem(taken["id"], taken["redeem_code"], "holder", card=first.cards[0].card_ref)
    house.put_class(class_id, **{"provider_id": first.provider_id, **held()})
    second = Taught(house, class_id, first.provider_id, first.cards, [taken["id"]])
    for of in (first, second):
        of.came()
        document(of.judge())
    return [first, second]


def due(house: House) -> int:
    with house.service.database.reading() as connection:
        query = sa.select(sa.func.count()).select_from(INCENTIVE)
        stands = query.where(INCENTIVE.c.withdrawal_id.is_(None))
        return int(connection.execute(stands).scalar_one())


def holder_of(of: Taught) -> Principal:
    card = of.cards[0].card_ref
    return Principal("holder:1", "holder", provider=None, card=card, region=None, expires_at=0)


def test_of_two_reviews_at_once_one_makes_the_incentive_due(provision: Any) -> None:
    with house_on(provision("services.enrolment"), live_enrolments=2) as house:
        trainings = two_completed(house)
        start = threading.Barrier(2)

        def review(number: int) -> int:
            start.wait()
            return int(document(trainings[number].review(), 201)["incentive_due"])

        with ThreadPoolExecutor(2) as pool:
            assert sorted(pool.map(review, range(2))) == [0, 600_000]
        assert due(house) == 1
        assert house.differences() == []


def test_if_incentives_were_read_before_the_card_is_locked_the_database_alone_would_let_one_be_due(
    provision: Any,
) -> None:
    with house_on(provision("services.enrolment"), live_enrolments=2) as house:
        first, second = two_completed(house)
        stores = replace(house.service.stores, incentives=DueBefore(house, first))
        document(first.review(), 201)
        command = ReviewEnrolment(second.enrolments[0], 5, None, holder_of(second), "request-1")
        with pytest.raises(sa.exc.IntegrityError):
            house.service.transactions.run(
                lambda connection: review_enrolment(connection, command, stores=stores)
            )
        assert due(house) == 1


def test_of_many_who_hand_in_the_same_survey_one_does(house: House) -> None:
    of = taught(house).completed()
    start = threading.Barrier(TOGETHER)

    def hand_in(_: int) -> int:
        start.wait()
        return of.survey().status_code

    with ThreadPoolExecutor(TOGETHER) as pool:
        assert Counter(pool.map(hand_in, range(TOGETHER))) == {201: 1, 409: TOGETHER - 1}
    assert due(house) == 2
    assert house.differences() == []


def test_if_cards_were_not_locked_the_database_alone_would_keep_one_survey(house: House) -> None:
    of = taught(house).completed()
    careless = careless_service(house)
    stores = replace(
        careless.stores,
        cards=UnlockedCards(careless.database),
        incentives=MetSurveys(threading.Barrier(2)),
    )
    survey = Survey(of.cards[0].card_ref, 1, Work.EMPLOYED, 4)

    def handing_in(number: int) -> Step:
        command = HandInSurvey(survey, holder_of(of), f"request-{number}")
        return lambda connection: hand_in_survey(connection, command, stores=stores)

    ended = Counter(both(careless, handing_in(1), handing_in(2)))
    assert ended == {"done": 1, "refused by the database": 1}
    assert due(house) == 2


def test_a_survey_rests_on_a_training_that_stands_or_is_refused(house: House) -> None:
    trainings = [taught(house).completed() for _ in range(TOGETHER)]
    start = threading.Barrier(2 * TOGETHER)

    def void(of: Taught) -> int:
        start.wait()
        return int(document(of.void())["incentives_withdrawn"])

    def hand_in(of: Taught) -> int:
        start.wait()
        return of.survey().status_code

    with ThreadPoolExecutor(2 * TOGETHER) as pool:
        voiding = [pool.submit(void, of) for of in trainings]
        handing_in = [pool.submit(hand_in, of) for of in trainings]
        pairs = {(v.result(), h.result()) for v, h in zip(voiding, handing_in, strict=True)}
    assert pairs <= {(650_000, 201), (600_000, 409)}
    assert due(house) == 0
    assert house.differences() == []


def test_if_trainings_were_read_before_the_card_is_locked_a_survey_would_earn_by_one_that_was_voided(
    house: House,
) -> None:
    of = taught(house).completed()
    stores = replace(house.service.stores, incentives=EarnedBefore(house, of))
    document(of.void())
    survey = Survey(of.cards[0].card_ref, 1, Work.EMPLOYED, 4)
    command = HandInSurvey(survey, holder_of(of), "request-1")
    house.service.transactions.run(
        lambda connection: hand_in_survey(connection, command, stores=stores)
    )
    what = {each["what"] for each in house.differences()}
    assert what == {"training that earned an incentive"}
