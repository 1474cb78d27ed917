"""Prepared enrolments, and the proof that each took effect once."""

from __future__ import annotations

import json
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from tests.journeys.load import Load, Outcome, Write
from tests.journeys.world import Offer, World


def enrolments(world: World, offer: Offer, card_refs: Sequence[str]) -> list[Write]:
    """Prepare an enrolment in a class for each of these cards, by its holder."""
    body = json.dumps(offer.wish()).encode()
    return [
        Write("/api/v1/enrolments", token, body, str(uuid.uuid4()))
        for token in world.holder_tokens(card_refs)
    ]


def cancellation(enrolment: Write, answer: bytes) -> Write:
    """Prepare the cancellation of an enrolment by whoever was given this answer to it."""
    path = cancellation_path(json.loads(answer))
    return Write(f"/api/v1{path}", enrolment.token, b'{"reason":"Berhalangan"}', str(uuid.uuid4()))


def cancellation_path(enrolment: Mapping[str, Any]) -> str:
    """Return where an enrolment is cancelled."""
    return f"/enrolments/{enrolment['id']}/cancellation"


def check_each_stands_once(world: World, offer: Offer, outcomes: Sequence[Outcome]) -> None:
    """Every enrolment was acknowledged, stands once in list and journal, and its key still gives its answer."""
    assert Counter(outcome.status for outcome in outcomes) == {201: len(outcomes)}
    told = Counter(json.loads(outcome.body)["id"] for outcome in outcomes)
    assert set(told.values()) == {1}, "two keys were given one enrolment"

    entries = world.journal("enrolment", class_id=offer.class_id, kind="enrolment-confirmed")
    assert Counter(entry["body"]["enrolment_id"] for entry in entries) == told
    positions = {entry["body"]["enrolment_id"]: entry["position"] for entry in entries}
    answers = [json.loads(outcome.body) for outcome in outcomes]
    assert {answer["id"]: answer["position"] for answer in answers} == positions
    listed = world.operator.items(f"/enrolments?class_id={offer.class_id}&limit=200")
    assert Counter(enrolment["id"] for enrolment in listed) == told
    exact = world.public.read(f"/classes/{offer.class_id}/availability")
    assert exact["held"] == len(outcomes)

    again = Load(world.system.address, [outcome.write for outcome in outcomes]).finish()
    assert [outcome.body for outcome in again] == [outcome.body for outcome in outcomes]
