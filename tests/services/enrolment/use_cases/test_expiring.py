"""Cards whose time ran out: the worker notes it, the State gets the balance, the quotas the place."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from chassis.clock import utc_now
from services.enrolment.storage.tables.exclusions import EXCLUSION_CASE
from services.enrolment.storage.tables.programme import CARD
from services.enrolment.use_cases.programme.expire_cards import EXPIRED_AT_ONCE, RAN_OUT
from services.enrolment.use_cases.shared.by_worker import ACTOR
from services.enrolment.worker import expire_due_cards
from tests.chassis.problem_documents import code, problem
from tests.services.enrolment import exclusions
from tests.services.enrolment.api.test_quotas import of_programme, set_places, used
from tests.services.enrolment.house import DAY, WORKER_VARIABLES, House, document
from tests.services.enrolment.people import HeldCard
from tests.services.enrolment.teaching import held, taught


def let_time_run_out(house: House, *cards: HeldCard, ago: timedelta = DAY) -> None:
    refs = [card.card_ref for card in cards]
    with house.service.database.writing() as connection:
        change = sa.update(CARD).where(CARD.c.card_ref.in_(refs)).values(deadline=utc_now() - ago)
        connection.execute(change)
        connection.commit()


def expire(house: House) -> int:
    return expire_due_cards(house.service.stores, house.service.transactions)


def shown(house: House, card: HeldCard) -> Any:
    return document(house.get("/cards/me", "holder", card=card.card_ref))


def test_what_was_on_the_card_returns_to_the_state_and_its_place_to_the_quotas(
    house: House,
) -> None:
    house.wave_id = house.open_wave()
    set_places(house, house.wave_id, {"places": 2}, {"region": "32.73", "places": 9})
    late, in_time = house.award_many(2)
    let_time_run_out(house, late)
    assert shown(house, late)["status"] == "expired", "for the rules it is, before anybody notes it"

    assert expire(house) == 1

    assert (shown(house, late)["status"], shown(house, late)["balance"]) == ("expired", 0)
    assert shown(house, in_time)["status"] == "awarded"
    assert used(house, house.wave_id) == [(2, 1, 1), (9, 1, 8)]
    assert of_programme(house)["digital"]["used"] == 1
    statement = document(house.get("/cards/me/statement", "holder", card=late.card_ref))
    assert [each["cause"] for each in statement["items"]] == ["award", "expiry"]
    entry = house.entries()[-1]
    assert (entry["kind"], entry["role"], entry["card_ref"]) == (
        "card-expired",
        "system",
        late.card_ref,
    )
    assert (entry["body"]["amount"], entry["body"]["state_before"]) == (3_500_000, "awarded")
    assert house.differences() == []


def completed(house: House) -> HeldCard:
    return taught(house).completed().cards[0]


def completed_and_not_reviewed(house: House) -> HeldCard:
    of = taught(house)
    of.came()
    document(of.judge())
    return of.cards[0]


def incomplete(house: House) -> HeldCard:
    of = taught(house)
    of.came(0, 1)
    document(of.judge())
    return of.cards[0]


def no_show(house: House) -> HeldCard:
    of = taught(house)
    of.came(0, 1, present=False)
    document(of.judge())
    return of.cards[0]


def voided(house: House) -> HeldCard:
    of = taught(house).completed()
    document(of.void())
    return of.cards[0]


def cancelled(house: House) -> HeldCard:
    card = house.award()
    document(house.cancel(house.enrolled(card, house.put_class())["id"], "operator"))
    return card


def completed_before_a_no_show(house: House) -> HeldCard:
    of = taught(house).completed()
    [card] = of.cards
    again = replace(of, class_id=house.put_class(provider_id=of.provider_id))
    taken = house.enrolled(card, again.class_id)
    house.redeem(taken["id"], taken["redeem_code"], "holder", card=card.card_ref)
    again = replace(again, enrolments=[taken["id"]])
    again.put(**held())
    again.came(0, 1, present=False)
    assert document(again.judge())["status"] == "no_show"
    return card


@pytest.mark.parametrize(
    ("history", "ends"),
    [
        (House.award, "expired"),
        (cancelled, "expired"),
        (incomplete, "expired"),
        (no_show, "expired"),
        (voided, "expired"),
        (completed, "exhausted"),
        (completed_and_not_reviewed, "exhausted"),
        (completed_before_a_no_show, "exhausted"),
    ],
)
def test_a_place_is_freed_unless_a_training_was_completed(
    house: House, history: Callable[[House], HeldCard], ends: str
) -> None:
    house.wave_id = house.open_wave()
    set_places(house, house.wave_id, {"places": 2})
    card = history(house)
    let_time_run_out(house, card)
    assert expire(house) == 1

    shown_now = shown(house, card)
    assert (shown_now["status"], shown_now["balance"], shown_now["deadline"]) == (ends, 0, None)
    entry = house.entries()[-1]
    assert (entry["kind"], entry["body"]["card_state"]) == ("card-expired", ends)
    keeps = int(ends == "exhausted")
    assert used(house, house.wave_id) == [(2, keeps, 2 - keeps)]
    assert of_programme(house)["digital"]["used"] == keeps
    assert [expire(house), recounted(house)] == [0, 0]
    assert house.differences() == []


def test_cards_that_free_their_place_and_others_end_together(house: House) -> None:
    house.wave_id = house.open_wave()
    set_places(house, house.wave_id, {"places": 9})
    of = taught(house, 3).completed(0).completed(1)
    waits = house.award()
    of.came(2, 1, present=False)
    document(of.judge(2))
    let_time_run_out(house, *of.cards, waits)
    assert expire(house) == 4
    states = [shown(house, card)["status"] for card in (*of.cards, waits)]
    assert states == ["exhausted", "exhausted", "expired", "expired"]
    assert used(house, house.wave_id) == [(9, 2, 7)]
    assert house.differences() == []


def test_a_card_that_is_used_up_has_ended(house: House) -> None:
    """Its holder buys nothing, keeps what was earned, is owed a correction by nobody, and can be erased."""
    of = taught(house).completed()
    [card] = of.cards
    let_time_run_out(house, card)
    expire(house)
    refused = problem(house.enrol(card, house.put_class()))
    assert (refused["code"], refused["card_state"]) == ("card-not-usable", "exhausted")
    assert [each["status"] for each in of.card()["incentives"]] == ["due"]
    case = {"reason": "Selesai", "case_number": "PDP-9"}
    named = {"card_number": card.card_number}
    assert code(house.post("/cards/revocation", {**named, **case}, "operator")) == (
        409,
        "state-conflict",
    )
    document(of.void())
    assert of.card()["status"] == "exhausted", "what became of a card that has ended stays"
    document(house.post("/cards/erasure", {**named, **case}, "operator"))
    assert house.differences() == []


@pytest.mark.parametrize(("history", "ends"), [(House.award, "expired"), (completed, "exhausted")])
def test_a_case_that_nobody_decided_lapses_with_the_card(
    house: House, history: Callable[[House], HeldCard], ends: str
) -> None:
    card = history(house)
    case_id = exclusions.case_about(house, card)
    exclusions.let_time_pass(house, EXCLUSION_CASE.c.due_at)
    let_time_run_out(house, card)
    assert [each["id"] for each in exclusions.cases(house, overdue="true")] == [case_id]
    assert "lapses" in problem(exclusions.decide(house, case_id, "upheld"))["detail"]
    assert expire(house) == 1

    [case] = exclusions.cases(house)
    assert (case["status"], case["card_status"], case["due_at"]) == ("lapsed", ends, None)
    assert (case["ended"]["by"], case["ended"]["reason"]) == (ACTOR, RAN_OUT)
    mine = exclusions.own_case(house, card)
    assert (mine["status"], mine["reason"]) == ("lapsed", RAN_OUT)
    entry = house.entries()[-1]
    assert (entry["kind"], entry["role"]) == ("exclusion-case-lapsed", "system")
    assert (entry["body"]["card_state"], entry["body"]["reason"]) == (ends, RAN_OUT)
    assert exclusions.cases(house, overdue="true") == []
    assert house.differences() == []
    named = {"card_ref": card.card_ref, "case_number": "PDP-1", "reason": "Permintaan"}
    document(house.post("/cards/erasure", named, "operator"))


def test_a_barred_card_waits_for_its_cases_however_long(house: House) -> None:
    """Its clock stands still: also a case that nobody decided goes on, beside the one that bars."""
    card = house.award()
    exclusions.hit(house, card)
    exclusions.hit(house, card, group="student")
    first, second = (case["id"] for case in exclusions.cases(house))
    document(exclusions.decide(house, first, "upheld"))
    let_time_run_out(house, card)
    assert expire(house) == 0
    assert [case["status"] for case in exclusions.cases(house)] == ["upheld", "open"]
    document(exclusions.decide(house, second, "upheld"))
    assert house.differences() == []


def test_expiring_again_changes_nothing(house: House) -> None:
    let_time_run_out(house, house.award())
    assert expire(house) == 1
    before = house.tables()
    assert expire(house) == 0
    assert house.tables() == before


def test_a_card_in_training_does_not_expire(house: House) -> None:
    card = house.award()
    house.enrolled(card, house.put_class())
    let_time_run_out(house, card)
    assert expire(house) == 0
    assert shown(house, card)["status"] == "in_training"


def test_who_held_an_expired_card_gets_no_other(house: House) -> None:
    card = house.award()
    let_time_run_out(house, card)
    expire(house)
    [refused] = document(house.admit([card.person.row()]))["refused"]
    assert refused["code"] == "nik-already-held"


def test_after_an_outage_everything_that_ran_out_is_caught_up_with(house: House) -> None:
    cards = house.award_many(2 * EXPIRED_AT_ONCE + 1)
    other = house.open_wave()
    rows = [next(house.supply).row() for _ in range(3)]
    document(house.admit(rows, wave_id=other))
    with house.service.database.writing() as connection:
        connection.execute(sa.update(CARD).values(deadline=utc_now() - 9 * DAY))
        connection.commit()
    assert expire(house) == len(cards) + 3
    assert of_programme(house)["digital"]["used"] == 0
    assert house.differences() == []


def test_several_workers_expire_each_card_once(house: House) -> None:
    let_time_run_out(house, *house.award_many(30))
    start = threading.Barrier(4)

    def work(_: int) -> int:
        start.wait()
        return expire(house)

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(work, range(4))) == 30
    assert house.differences() == []


def test_a_purchase_at_the_last_moment_comes_before_or_after(house: House) -> None:
    """The card is sold to nobody whose time ran out, and expires for nobody who is in a class."""
    cards = house.award_many(12)
    class_id = house.put_class(declared_seats=12)
    let_time_run_out(house, *cards, ago=timedelta(milliseconds=-150))
    start = threading.Barrier(len(cards) + 1)

    def buy(card: HeldCard) -> int:
        start.wait()
        return house.enrol(card, class_id).status_code

    def run_out() -> None:
        start.wait()
        for _ in range(20):
            expire(house)

    with ThreadPoolExecutor(len(cards) + 1) as pool:
        worker = pool.submit(run_out)
        bought = list(pool.map(buy, cards))
        worker.result()
    expire(house)
    states = [shown(house, card)["status"] for card in cards]
    told = {201: {"in_training"}, 409: {"expired"}}
    assert all(state in told[code] for state, code in zip(states, bought, strict=True))
    assert house.differences() == []


def test_a_wave_that_fails_keeps_no_other_from_being_settled(house: House) -> None:
    broken, whole = house.open_wave(), house.open_wave()
    for wave_id in (broken, whole):
        document(house.admit([next(house.supply).row() for _ in range(3)], wave_id=wave_id))
    set_places(house, broken, {"places": 9})
    with house.as_owner() as connection:
        connection.execute(sa.text("update quota set used = 0 where places = 9"))
        connection.execute(sa.update(CARD).values(deadline=utc_now() - DAY))
    with pytest.raises(sa.exc.IntegrityError, match="quota_used_never_negative"):
        expire(house)
    states = {row[3] for row in house.tables()["card"] if row[1] == whole}
    assert states == {"expired"}

    assert recounted(house) == 1, "that of the wave; those of the programme were right"
    assert expire(house) == 3
    assert house.differences() == []


def recounted(house: House) -> int:
    """Run the command that counts quotas anew; return how many were wrong."""
    ran = subprocess.run(
        [sys.executable, "-m", "services.enrolment.recount_quotas"],
        env={**os.environ, **WORKER_VARIABLES, "DATABASE_URL": house.places.application},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return int(ran.stdout.rpartition(": ")[2])


def test_quotas_are_counted_anew_where_a_release_before_did_not_count(house: House) -> None:
    house.wave_id = house.open_wave()
    set_places(house, house.wave_id, {"places": 9})
    house.award_many(4)
    with house.as_owner() as connection:
        connection.execute(sa.text("update quota set used = 1"))
    assert [recounted(house), recounted(house)] == [3, 0]
    assert used(house, house.wave_id) == [(9, 4, 5)]
    assert house.differences() == []
