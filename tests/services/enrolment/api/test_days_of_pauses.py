"""While nobody enrols no card's time runs out, and the end of the pause gives every clock its days again."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from chassis.clock import read_instant, utc_now
from services.enrolment.domain.programme.clock import end_of_day
from services.enrolment.storage.tables.programme import CARD, PAUSE
from services.enrolment.storage.tables.seats import ENROLMENT
from services.enrolment.worker import expire_due_cards
from tests.services.enrolment import exclusions
from tests.services.enrolment.api.test_moving import move
from tests.services.enrolment.api.test_pauses import end, pause
from tests.services.enrolment.house import DAY, House, document
from tests.services.enrolment.people import HeldCard
from tests.services.enrolment.teaching import taught
from vocabulary.regions import regency

BANDUNG, BENGKULU = "32.73", "17.71"
HOUR = timedelta(hours=1)


def paused(house: House, *, ago: timedelta, region: str | None = None) -> str:
    """Let enrolments be paused since so long ago."""
    pause_id = str(pause(house, "enrolments", region)["id"])
    with house.as_owner() as connection:
        began = {"began_at": utc_now() - ago}
        connection.execute(sa.update(PAUSE).where(PAUSE.c.pause_id == pause_id).values(**began))
    return pause_id


def set_clock(house: House, card: HeldCard, deadline: datetime, **values: Any) -> None:
    """Let a card's clock run out at an instant."""
    with house.as_owner() as connection:
        change = sa.update(CARD).where(CARD.c.card_ref == card.card_ref)
        connection.execute(change.values(deadline=deadline, **values))


def awarded(house: House, *, days_left: int, days_ago: int = 10, region: str = BANDUNG) -> HeldCard:
    """Return a card that was awarded so many days ago and has so many days left, today not counted."""
    card = house.award(regency=region)
    since = utc_now() - days_ago * DAY
    set_clock(house, card, midnight(days_left, region), awarded_at=since, clock_from=since)
    return card


def midnight(days: int, region: str = BANDUNG) -> datetime:
    """Return when the day ends in a regency that is so many days after today."""
    return end_of_day(utc_now() + days * DAY, regency(region).zone)


def shown(house: House, card: HeldCard) -> dict[str, Any]:
    found: dict[str, Any] = document(house.get("/cards/me", "holder", card=card.card_ref))
    return found


def deadline(house: House, card: HeldCard) -> datetime | None:
    told = shown(house, card)["deadline"]
    return None if told is None else read_instant(told)


def expired(house: House) -> int:
    return expire_due_cards(house.service.stores, house.service.transactions)


def test_a_clock_stands_still_while_nobody_enrols_and_gets_its_days_again(house: House) -> None:
    card = awarded(house, days_left=5)
    pause_id = paused(house, ago=3 * DAY)
    assert deadline(house, card) is None
    end(house, pause_id)
    assert deadline(house, card) == midnight(8)
    assert house.differences() == []


def test_no_card_runs_out_meanwhile_and_whoever_would_have_buys_afterwards(house: House) -> None:
    card, class_id = awarded(house, days_left=-1), house.put_class()
    before = awarded(house, days_left=-3)
    pause_id = paused(house, ago=2 * DAY)
    assert expired(house) == 1, "the one whose time had run out before"
    assert (shown(house, card)["status"], shown(house, before)["status"]) == ("awarded", "expired")
    end(house, pause_id)
    assert deadline(house, card) == midnight(1)
    assert expired(house) == 0
    house.enrolled(card, class_id)


def test_whoever_would_have_run_out_meanwhile_buys_at_once_when_the_pause_ends(
    house: House,
) -> None:
    card, class_id = awarded(house, days_left=-1), house.put_class()
    end(house, paused(house, ago=2 * DAY))
    house.enrolled(card, class_id)


def test_what_is_paused_does_not_keep_others_from_being_found_late(house: House) -> None:
    paused(house, ago=2 * DAY, region="32")
    waiting = [awarded(house, days_left=-1) for _ in range(3)]
    late = awarded(house, days_left=-1, region=BENGKULU)
    assert expired(house) == 1
    assert {shown(house, card)["status"] for card in waiting} == {"awarded"}
    assert shown(house, late)["status"] == "expired"
    with house.service.database.reading() as connection:
        due = house.service.stores.cards.due(connection, now=utc_now(), limit=10)
    assert due == {}, "nobody looks at them again before tomorrow"


def test_a_card_that_was_looked_at_in_the_pause_gets_the_days_of_the_whole_of_it(
    house: House,
) -> None:
    card = awarded(house, days_left=-1)
    pause_id = paused(house, ago=2 * DAY)
    assert expired(house) == 0
    end(house, pause_id)
    assert deadline(house, card) == midnight(1)


def test_a_pause_of_admissions_or_of_another_place_stops_no_clock(house: House) -> None:
    card = awarded(house, days_left=5)
    paused(house, ago=3 * DAY, region=BENGKULU)
    pause(house, "admissions")
    assert deadline(house, card) == midnight(5)


def test_whoever_was_awarded_meanwhile_gets_the_days_since_then(house: House) -> None:
    card = awarded(house, days_left=14, days_ago=1)
    pause_id = paused(house, ago=5 * DAY)
    end(house, pause_id)
    assert deadline(house, card) == midnight(15)


def test_days_that_lie_in_two_pauses_are_given_once(house: House) -> None:
    for first_to_end in (0, 1):
        card = awarded(house, days_left=5)
        pauses = [paused(house, ago=4 * DAY), paused(house, ago=2 * DAY, region="32")]
        end(house, pauses.pop(first_to_end))
        assert deadline(house, card) is None
        end(house, pauses.pop())
        assert deadline(house, card) == midnight(9)


def test_a_pause_within_a_bar_and_a_bar_within_a_pause_give_days_once(house: House) -> None:
    earlier, later = awarded(house, days_left=5), awarded(house, days_left=5)
    pause_id = paused(house, ago=3 * DAY)
    set_clock(house, earlier, midnight(5), barred_at=utc_now() - 4 * DAY)
    set_clock(house, later, midnight(5), barred_at=utc_now() - 1 * DAY)
    end(house, pause_id)
    with house.service.database.writing() as connection:
        refs = [earlier.card_ref, later.card_ref]
        cards = house.service.stores.cards.lock(connection, refs)
    assert cards[earlier.card_ref].deadline == midnight(5), "all of its days are the bar's"
    assert cards[later.card_ref].deadline == midnight(7), "those until it was barred"


def test_a_case_about_a_card_shows_it_as_its_holder_sees_it(house: House) -> None:
    card = awarded(house, days_left=-1)
    paused(house, ago=2 * DAY)
    exclusions.hit(house, card)
    [case] = exclusions.cases(house, card_ref=card.card_ref)
    assert case["card_status"] == shown(house, card)["status"] == "awarded"


def test_a_review_is_not_overdue_while_nobody_enrols(house: House) -> None:
    of = taught(house)
    of.came()
    document(of.judge())
    [card] = of.cards
    set_clock(house, card, midnight(-1), clock_from=utc_now() - 10 * DAY)
    with house.as_owner() as connection:
        connection.execute(sa.update(ENROLMENT).values(holder_due_at=midnight(-1)))
    pause_id = paused(house, ago=2 * DAY)
    late = "/overdue?actor=holder"
    assert document(house.get(late, "operator"))["items"] == []
    step = of.next()
    assert (step["action"], step["due_at"], step["overdue"]) == ("review", None, False)
    end(house, pause_id)
    assert read_instant(of.next()["due_at"]) == midnight(1)
    assert expired(house) == 0
    assert document(house.get(late, "operator"))["items"] == []


def test_a_training_that_ends_meanwhile_leaves_the_whole_of_the_next_clock(house: House) -> None:
    of = taught(house)
    of.came()
    pause_id = paused(house, ago=2 * DAY)
    told = document(of.judge())
    assert told["next_purchase_until"] is None
    assert of.next()["due_at"] is None
    end(house, pause_id)
    assert deadline(house, of.cards[0]) == midnight(15)
    assert read_instant(of.next()["due_at"]) == midnight(15)


def test_who_moves_into_a_pause_or_out_of_it_keeps_the_days_that_were_left(house: House) -> None:
    into, out = awarded(house, days_left=5, region=BENGKULU), awarded(house, days_left=5)
    pause_id = paused(house, ago=3 * DAY, region="32")
    document(move(house, into, to=BANDUNG))
    document(move(house, out, to=BENGKULU))
    assert (deadline(house, into), deadline(house, out)) == (None, midnight(8))
    end(house, pause_id)
    assert (deadline(house, into), deadline(house, out)) == (midnight(5), midnight(8))
    assert house.differences() == []


def test_who_leaves_a_class_keeps_the_days_of_a_pause_that_passed_meanwhile(house: House) -> None:
    card = awarded(house, days_left=5)
    taken = house.enrolled(card, house.put_class())
    let_be_older(house, taken["id"], days=4, runs_out=midnight(1))
    end(house, paused(house, ago=2 * DAY))
    document(house.cancel(taken["id"], "holder", card=card.card_ref))
    assert deadline(house, card) == midnight(3)
    assert house.differences() == []


def let_be_older(house: House, enrolment_id: str, *, days: int, runs_out: datetime) -> None:
    """Let somebody have bought a class so many days ago, when the clock ran out at an instant."""
    values = {"enrolled_at": utc_now() - days * DAY, "card_deadline_before": runs_out}
    with house.as_owner() as connection:
        change = sa.update(ENROLMENT).where(ENROLMENT.c.enrolment_id == enrolment_id)
        connection.execute(change.values(**values))
