"""What must hold after a storm, whatever struck meanwhile; what does not is told in words."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterator, Sequence

from tests.faults.storm import BALANCE, Deed, Storm
from tests.journeys.load import Load

ASKED_AGAIN = 32
"""Acknowledged writes of a storm that are sent once more, under their keys, when it is over."""

_ENTRIES = {"enrol": "enrolment-confirmed", "cancel": "enrolment-cancelled"}


def findings(storm: Storm) -> list[str]:
    """Return all that is wrong after a storm that has ended; empty where nothing is."""
    return [
        *_of_answers(storm.deeds),
        *_of_keys(storm),
        *_of_journal(storm),
        *_of_seats(storm),
        *_of_cards(storm),
        *_of_consistency(storm),
    ]


def _of_answers(deeds: Sequence[Deed]) -> Iterator[str]:
    """Every write was settled, by answers that have the form of all answers; a later one says the same."""
    for deed in deeds:
        key = deed.outcome.write.key
        if not deed.outcome.settled:
            told = [status for status, _ in deed.outcome.answers]
            yield f"{deed.kind} {key} was never settled: {told} {deed.outcome.broken}"
        yield from (f"{deed.kind} {key} {answer}" for answer in deed.outcome.malformed)
        if deed.again is not None and deed.again != deed.outcome.body:
            yield f"{deed.kind} {key} was answered {deed.outcome.body!r}, then {deed.again!r}"


def _of_keys(storm: Storm) -> Iterator[str]:
    """Old keys still tell what they told."""
    done = [deed for deed in storm.deeds if deed.done]
    some = random.Random(0).sample(done, min(len(done), ASKED_AGAIN))
    again = Load(storm.world.system.address, [deed.outcome.write for deed in some]).finish()
    for deed, twin in zip(some, again, strict=True):
        if twin.body != deed.outcome.body:
            yield f"{deed.kind} {twin.write.key} was answered {deed.outcome.body!r}, at the end {twin.body!r}"


def _of_journal(storm: Storm) -> Iterator[str]:
    """What was acknowledged stands in the journal once, and nothing else does."""
    for kind, entry_kind in _ENTRIES.items():
        told = Counter(deed.answer["id"] for deed in storm.deeds if deed.done and deed.kind == kind)
        stands = Counter(
            entry["body"]["enrolment_id"]
            for offer in storm.offers
            for entry in storm.world.journal("enrolment", class_id=offer.class_id, kind=entry_kind)
        )
        yield from (f"{kind} {one} was told under {n} keys" for one, n in told.items() if n > 1)
        yield from (f"{kind} {one} is lost, though told" for one in told - stands)
        yield from (f"{kind} {one} took effect, and nobody was told" for one in stands - told)


def _of_seats(storm: Storm) -> Iterator[str]:
    """Each class holds whom it was said to hold, and no more than it has seats for; so do lists and the catalogue."""
    world = storm.world
    for offer in storm.offers:
        live = _live(storm, class_id=offer.class_id)
        held = world.public.read(f"/classes/{offer.class_id}/availability")
        if held["held"] != len(live) or held["held"] > held["seats"]:
            yield f"class {offer.class_id} holds {held}, and {len(live)} were told so"
        listed = Counter(
            one["id"]
            for one in world.operator.items(f"/enrolments?class_id={offer.class_id}&limit=200")
            if one["status"] == "confirmed"
        )
        if listed != Counter(live.keys()):
            yield f"class {offer.class_id} lists {listed}, and told were {list(live)}"
        try:
            world.wait_for_seats_left(offer, held["seats"] - held["held"])
        except AssertionError as error:
            yield str(error)


def _of_cards(storm: Storm) -> Iterator[str]:
    """Each card has paid for what its holder was told to have."""
    for card_ref in storm.card_refs:
        live = _live(storm, card_ref=card_ref)
        card = storm.world.holder(card_ref).read("/cards/me")
        if len(live) > 1:
            yield f"card {card_ref} has {len(live)} seats"
        if card["balance"] != BALANCE - sum(live.values()):
            yield f"card {card_ref} has {card['balance']}, after {sum(live.values())} for {list(live)}"


def _live(storm: Storm, *, class_id: str = "", card_ref: str = "") -> dict[str, int]:
    """Return the enrolments that stand by what was told, with what each costs."""
    mine = [
        deed.answer
        for deed in storm.deeds
        if deed.done and class_id in ("", deed.class_id) and card_ref in ("", deed.card_ref)
    ]
    ended = {answer["id"] for answer in mine if answer["status"] == "cancelled"}
    return {answer["id"]: answer["price"] for answer in mine if answer["id"] not in ended}


def _of_consistency(storm: Storm) -> Iterator[str]:
    """Tables and entries agree."""
    yield from map(json.dumps, storm.world.differences())
