"""Two trainings of one card at once, under a scheduled version that allows it: one clock, and reviews due with it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from chassis.clock import read_instant, utc_now
from chassis.identifiers import new_id
from services.enrolment.domain.programme.clock import runs_out
from services.enrolment.storage import rules
from services.enrolment.storage.tables.seats import ENROLMENT
from services.enrolment.worker import settle_called_off_classes
from tests.services.enrolment.explaining import let_rules_hold
from tests.services.enrolment.house import DAY, House, document
from tests.services.enrolment.teaching import Taught, held


@pytest.fixture
def two_at_once(house: House, monkeypatch: pytest.MonkeyPatch) -> House:
    """Return a house whose rules let a card be in two trainings."""
    monkeypatch.setattr(rules, "READ_EVERY", 0)  # the process may have read the versions already
    let_rules_hold(house, live_enrolments=2, review_before_next=False)
    return house


def both(house: House) -> tuple[Taught, Taught]:
    """Let a card, awarded some days ago, buy two classes; the second one was held by now, the first begins later."""
    [card], first_class, second_class = house.award_many(1), new_id(), new_id()
    found = []
    for class_id in (first_class, second_class):
        provider_id = new_id()
        house.put_class(class_id, provider_id=provider_id, **later(class_id == first_class))
        taken = house.enrolled(card, class_id)
        found.append(Taught(house, class_id, provider_id, [card], [taken["id"]]))
    let_time_pass(house, found[0], 12 * DAY)
    second = found[1]
    house.redeem(second.enrolments[0], taken["redeem_code"], "holder", card=card.card_ref)
    second.put(**held())
    return found[0], second


def later(is_first: bool) -> dict[str, Any]:
    """Return times that do not overlap."""
    return {"starts_at": utc_now() + (30 if is_first else 10) * DAY}


def let_time_pass(house: House, of: Taught, by: timedelta) -> None:
    """Let a class have been bought so much earlier, with the clock that ran then."""
    with house.as_owner() as connection:
        mine = ENROLMENT.c.enrolment_id == of.enrolments[0]
        [row] = connection.execute(sa.select(ENROLMENT).where(mine))
        values = {
            "enrolled_at": row.enrolled_at - by,
            "card_deadline_before": row.card_deadline_before - by,
        }
        connection.execute(sa.update(ENROLMENT).where(mine).values(**values))


def fifteen_days(began: datetime) -> set[datetime]:
    """Return when the next clock runs out that began since an instant: midnight may have passed."""
    return {runs_out(at, 15 * DAY, region="32.73") for at in (began, utc_now())}


@pytest.mark.parametrize("ends", ["holder", "provider", "called off", "result"])
def test_the_next_clock_begins_with_the_end_of_the_last_one_and_the_owed_review_follows_it(
    two_at_once: House, ends: str
) -> None:
    house = two_at_once
    first, second = both(house)
    second.came()
    assert document(second.judge())["next_purchase_until"] is None
    assert (second.card()["status"], second.card()["deadline"]) == ("in_training", None)
    assert second.next() == {
        "action": "review",
        "actor": "holder",
        "due_at": None,
        "overdue": False,
    }
    began = utc_now()
    if ends == "result":
        first.put(**held())
        document(first.record(first.item(present=False)))
        document(first.judge())
    elif ends == "called off":
        first.put(status="cancelled", reason="Gedung kebanjiran")
        assert settle_called_off_classes(house.service.stores, house.service.transactions) == 1
    else:
        own = {"card": first.cards[0].card_ref, "provider": first.provider_id}
        document(house.cancel(first.enrolments[0], ends, **own))
    shown = second.card()
    assert shown["status"] == "between"
    assert read_instant(shown["deadline"]) in fifteen_days(began)
    assert second.next()["due_at"] == shown["deadline"]
    assert house.differences() == []


def test_a_review_that_is_owed_is_not_late_while_the_next_training_runs(
    two_at_once: House,
) -> None:
    house = two_at_once
    first, second = both(house)
    document(house.cancel(first.enrolments[0], "provider", provider=first.provider_id))
    second.came()
    document(second.judge())
    assert second.next()["due_at"] == second.card()["deadline"] is not None
    third = house.enrolled(second.cards[0], house.put_class())
    assert second.card()["deadline"] is None
    assert second.next()["due_at"] is None
    document(house.cancel(third["id"], "operator"))
    assert second.next()["due_at"] == second.card()["deadline"] is not None
    assert house.differences() == []


def test_a_training_that_ended_before_the_purchase_leaves_the_clock_of_then(
    two_at_once: House,
) -> None:
    house = two_at_once
    first, second = both(house)
    document(house.cancel(first.enrolments[0], "provider", provider=first.provider_id))
    second.completed()
    before = second.card()
    third = house.enrolled(second.cards[0], house.put_class())
    document(house.cancel(third["id"], "holder", card=second.cards[0].card_ref))
    after = second.card()
    assert (after["status"], after["deadline"]) == ("between", before["deadline"])
    assert house.differences() == []
