"""Many who want the same thing at the same moment, through the gateway."""

from __future__ import annotations

import json
from collections import Counter

from tests.journeys.enrolling import cancellation, enrolments
from tests.journeys.load import Load
from tests.journeys.world import World

TWINS = 50
SEATS = 8
HOLDERS = 100


def test_fifty_twins_of_one_request_have_one_effect_and_one_answer(world: World) -> None:
    offer = world.offer(seats=TWINS)
    (card,) = world.cards(1)
    (write,) = enrolments(world, offer, [card.ref])
    load = Load(world.system.address, [write] * TWINS, clients=TWINS)
    outcomes = load.finish()
    assert load.statuses == {201: TWINS}
    assert load.broken == []
    assert len({outcome.body for outcome in outcomes}) == 1

    enrolment = json.loads(outcomes[0].body)
    (entry,) = world.journal("enrolment", class_id=offer.class_id)
    assert entry["body"]["enrolment_id"] == enrolment["id"]
    assert world.public.read(f"/classes/{offer.class_id}/availability")["held"] == 1
    movements = world.holder(card.ref).items("/cards/me/statement")
    assert [movement["amount"] for movement in movements] == [3_500_000, offer.price]


def test_of_a_hundred_holders_exactly_eight_get_the_eight_seats(world: World) -> None:
    offer = world.offer(seats=SEATS)
    card_refs = world.card_refs(HOLDERS)
    load = Load(world.system.address, enrolments(world, offer, card_refs), clients=HOLDERS)
    outcomes = load.finish()
    assert Counter(outcome.status for outcome in outcomes) == {201: SEATS, 409: HOLDERS - SEATS}
    refused = {json.loads(o.body)["code"] for o in outcomes if o.status == 409}
    assert refused == {"class-full"}

    won = {json.loads(o.body)["id"] for o in outcomes if o.status == 201}
    entries = world.journal("enrolment", class_id=offer.class_id)
    assert Counter(entry["body"]["enrolment_id"] for entry in entries) == Counter(won)
    exact = world.public.read(f"/classes/{offer.class_id}/availability")
    assert (exact["held"], exact["seats_left"]) == (SEATS, 0)
    listed = world.operator.items(f"/enrolments?class_id={offer.class_id}")
    assert {enrolment["id"] for enrolment in listed} == won


def test_holders_who_change_their_minds_in_a_crowd_leave_no_seat_lost_or_sold_twice(
    world: World,
) -> None:
    offer = world.offer(seats=SEATS)
    wishes = enrolments(world, offer, world.card_refs(4 * SEATS))
    first = Load(world.system.address, wishes).finish()
    winners = [outcome for outcome in first if outcome.status == 201]
    losers = [outcome.write for outcome in first if outcome.status == 409]
    assert len(winners) == SEATS

    giving_back = [cancellation(outcome.write, outcome.body) for outcome in winners]
    both = Load(world.system.address, [*giving_back, *losers]).finish()
    assert {outcome.status for outcome in both[:SEATS]} == {200}
    got = sum(outcome.status == 201 for outcome in both[SEATS:])
    assert world.public.read(f"/classes/{offer.class_id}/availability")["held"] == got

    last = Load(world.system.address, losers).finish()
    assert sum(outcome.status == 201 for outcome in last) == SEATS
    assert world.public.read(f"/classes/{offer.class_id}/availability")["seats_left"] == 0
