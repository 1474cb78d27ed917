"""Holders are told what happens to their seats: what is offered, what is moved, what is called off."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_datetime

from tests.journeys import bodies
from tests.journeys.browser import messages_to, next_message
from tests.journeys.enrolling import cancellation_path
from tests.journeys.world import World

REASON = {"reason": "Berhalangan"}


def test_the_first_in_line_is_told_until_when_a_seat_is_kept(world: World) -> None:
    place, bound = world.offered_place()
    text = next_message(world, bound["card"], after=0)
    until = world.holder(bound["card"]).read(f"/enrolments/{place}")["offer_expires_at"]
    local = datetime.fromisoformat(until).astimezone(ZoneInfo("Asia/Jakarta"))
    assert f"{format_datetime(local, 'd MMMM y, HH.mm', locale='id')} WIB" in text


def test_everybody_in_a_class_is_told_once_that_it_was_moved_and_that_it_was_called_off(
    world: World,
) -> None:
    offer = world.offer(seats=4)
    one, other, gone = world.cards(3)
    taken = [
        world.holder(card.ref).post("/enrolments", offer.wish()) for card in (one, other, gone)
    ]
    world.holder(gone.ref).post(cancellation_path(taken[2]), REASON)
    staff = world.provider(offer.provider_id)
    later = bodies.training_class("online", seats=4, first_day=45)
    staff.patch(f"/classes/{offer.class_id}", {"meetings": later["meetings"]})
    for card in (one, other):
        assert "telah berubah" in next_message(world, card.ref, after=0)

    staff.post(f"/classes/{offer.class_id}/cancellation", {"reason": "Pengajar sakit"})
    for card in (one, other):
        assert "dibatalkan" in next_message(world, card.ref, after=1)
    assert [len(messages_to(world, card.ref)) for card in (one, other, gone)] == [2, 2, 0]
