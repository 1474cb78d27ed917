"""Trainings that end while their card is barred: once the bar is lifted all days of the clock are left, and no more."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from chassis.clock import read_instant, utc_now
from services.enrolment.domain.programme.clock import runs_out
from services.enrolment.storage.tables.exclusions import EXCLUSION_CASE
from services.enrolment.storage.tables.programme import CARD
from services.enrolment.storage.tables.seats import ENROLMENT
from services.enrolment.worker import expire_due_cards
from tests.chassis.problem_documents import code
from tests.services.enrolment.api.test_overdue import late
from tests.services.enrolment.exclusions import (
    BUDI,
    appeal,
    card_of,
    case_about,
    decide,
    decide_appeal,
)
from tests.services.enrolment.house import DAY, House, document, house_on
from tests.services.enrolment.people import HeldCard
from tests.services.enrolment.teaching import taught

RECENTLY = timedelta(days=10)
LONG_AGO = timedelta(days=40)


def barred(house: House, card: HeldCard, since: timedelta) -> str:
    """Bar a card by a case that was upheld so long ago; return the case's id."""
    case_id = case_about(house, card)
    document(decide(house, case_id, "upheld"))
    with house.as_owner() as connection:
        connection.execute(sa.update(CARD).values(barred_at=utc_now() - since))
    return case_id


def deadline_of(house: House, card: HeldCard) -> datetime:
    return read_instant(card_of(house, card)["deadline"])


def in_days(days: int, *, since: datetime) -> set[datetime]:
    """Return when a clock of so many days runs out that began since an instant: midnight may have passed."""
    return {runs_out(at, days * DAY, region="32.73") for at in (since, utc_now())}


@pytest.mark.parametrize("since", [timedelta(0), RECENTLY, LONG_AGO])
def test_a_result_while_barred_and_then_a_dismissal_leave_fifteen_days_and_a_review_due_with_them(
    house: House, since: timedelta
) -> None:
    of = taught(house)
    case_id = barred(house, of.cards[0], since)
    of.came()
    given = document(of.judge())
    assert (given["status"], given["next_purchase_until"]) == ("completed", None)
    shown = of.card()
    assert (shown["status"], shown["deadline"]) == ("barred", None)
    assert expire_due_cards(house.service.stores, house.service.transactions) == 0
    assert (of.next()["action"], of.next()["due_at"], of.next()["overdue"]) == (
        "review",
        None,
        False,
    )
    assert late(house, "holder") == []
    began = utc_now()
    document(decide(house, case_id, "dismissed"))
    assert of.card()["status"] == "between"
    assert deadline_of(house, of.cards[0]) in in_days(15, since=began)
    assert of.next()["due_at"] == of.card()["deadline"]
    assert house.differences() == []


@pytest.mark.parametrize("role", ["provider", "operator"])
@pytest.mark.parametrize("since", [timedelta(0), RECENTLY])
def test_a_cancellation_by_others_while_barred_and_then_a_granted_appeal_leave_what_was_left_at_the_purchase(
    house: House, role: str, since: timedelta
) -> None:
    of = taught(house, ended=-20 * DAY)
    with house.as_owner() as connection:
        bought = utc_now() - 30 * DAY
        end = runs_out(bought, 9 * DAY, region="32.73")
        values = {"enrolled_at": bought, "card_deadline_before": end}
        connection.execute(sa.update(ENROLMENT).values(values))
    case_id = barred(house, of.cards[0], since)
    claims = {"provider": of.provider_id} if role == "provider" else {}
    document(house.cancel(of.enrolments[0], role, **claims))
    assert of.card()["deadline"] is None
    document(appeal(house, case_id, of.cards[0]))
    began = utc_now()
    document(decide_appeal(house, case_id, "granted", by=BUDI))
    assert of.card()["status"] == "awarded"
    assert deadline_of(house, of.cards[0]) in in_days(9, since=began)
    assert house.differences() == []


@pytest.mark.parametrize("ends", ["dismissed", "granted"])
def test_days_in_which_a_card_was_barred_during_a_training_are_not_lost_when_its_holder_cancels(
    house: House, ends: str
) -> None:
    of = taught(house, ended=-40 * DAY)
    card, until = of.cards[0], runs_out(utc_now(), 2 * DAY, region="32.73")
    case_id = case_about(house, card)
    document(decide(house, case_id, "upheld"))
    if ends == "granted":
        document(appeal(house, case_id, card))
        document(decide_appeal(house, case_id, "granted", by=BUDI))
    else:
        document(decide(house, case_id, "dismissed"))
    with house.as_owner() as connection:
        bought = {"enrolled_at": utc_now() - 12 * DAY, "card_deadline_before": until}
        connection.execute(sa.update(ENROLMENT).values(bought))
        stood = {"upheld_at": utc_now() - 9 * DAY, "ended_at": utc_now() - 4 * DAY}
        connection.execute(sa.update(EXCLUSION_CASE).values(stood))
    document(house.cancel(of.enrolments[0], "holder", card=card.card_ref))
    assert deadline_of(house, card) == until + 5 * DAY
    assert house.differences() == []


def test_a_review_that_was_owed_before_the_bar_waits_with_the_card(house: House) -> None:
    of = taught(house)
    of.came()
    document(of.judge())
    until = of.next()["due_at"]
    assert until == of.card()["deadline"]
    case_id = barred(house, of.cards[0], timedelta(days=3))
    assert of.next()["due_at"] is None
    document(decide(house, case_id, "dismissed"))
    assert read_instant(of.next()["due_at"]) == read_instant(until) + 3 * DAY
    assert of.next()["due_at"] == of.card()["deadline"]


def test_a_review_that_was_given_is_not_owed_again_when_the_bar_is_lifted(house: House) -> None:
    of = taught(house)
    of.came()
    document(of.judge())
    case_id = barred(house, of.cards[0], timedelta(0))
    document(of.review(), 201)
    document(decide(house, case_id, "dismissed"))
    assert of.next() is None
    with house.service.database.reading() as connection:
        assert connection.execute(sa.select(ENROLMENT.c.holder_due_at)).scalar_one() is None


def test_what_cannot_be_opened_again_takes_no_day_from_a_clock_that_stood_still(
    house: House,
) -> None:
    """No waiting time runs under the rules in force: an opening that was noted all the same would be a beginning."""
    of = taught(house)
    of.came(0, 1)
    document(of.judge())
    until = deadline_of(house, of.cards[0])
    case_id = barred(house, of.cards[0], RECENTLY)
    before = house.tables()
    path = f"/enrolments/{of.enrolments[0]}/opening"
    answer = house.post(path, {"reason": "Sakit, surat dokter"}, "operator")
    assert code(answer) == (409, "state-conflict")
    assert house.tables() == before
    document(decide(house, case_id, "dismissed"))
    assert deadline_of(house, of.cards[0]) == until + RECENTLY
    assert house.differences() == []


def test_a_waiting_time_goes_on_while_barred_and_the_clock_begins_when_it_is_over(
    house: House,
) -> None:
    with house_on(house.places, wait_after_unfinished_days=7) as strict:
        of = taught(strict)
        case_id = barred(strict, of.cards[0], RECENTLY)
        of.came(0, 1)
        opens = document(of.judge())["open_again_at"]
        document(decide(strict, case_id, "dismissed"))
        assert deadline_of(strict, of.cards[0]) == read_instant(opens) + 15 * DAY
