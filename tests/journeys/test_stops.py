"""Processes that are told to stop, or are killed, while 32 clients write."""

from __future__ import annotations

import json
import os
import uuid
from collections import Counter
from signal import Signals

import pytest

from tests.journeys import bodies
from tests.journeys.enrolling import check_each_stands_once, enrolments
from tests.journeys.load import Load, Write
from tests.journeys.world import World
from tests.waiting import eventually

WRITES = 320
ALREADY_DONE = 60
"""Writes that are acknowledged before a process is disturbed: the load is under way, and far from its end."""


@pytest.mark.parametrize("process", ["gateway", "enrolment"])
def test_enrolments_survive_a_process_that_stops_under_load_and_no_caller_is_cut_off(
    rough_world: World, process: str
) -> None:
    world = rough_world
    offer = world.offer(seats=WRITES)
    load = Load(world.system.address, enrolments(world, offer, world.card_refs(WRITES)))
    _stop_and_restart(world, process, load)
    check_each_stands_once(world, offer, load.finish())
    assert load.broken == []
    assert load.statuses.keys() <= {201, 503}


def test_classes_survive_a_catalogue_that_stops_under_load_and_no_caller_is_cut_off(
    rough_world: World,
) -> None:
    world = rough_world
    provider_id = world.approved_provider()
    course_id = world.published_course(provider_id)
    token = world.provider(provider_id).token or ""
    body = json.dumps(bodies.training_class("online", seats=5)).encode()
    path = f"/api/v1/courses/{course_id}/classes"
    writes = [Write(path, token, body, str(uuid.uuid4())) for _ in range(WRITES)]
    load = Load(world.system.address, writes)
    _stop_and_restart(world, "catalog", load)

    outcomes = load.finish()
    assert load.broken == []
    assert load.statuses.keys() <= {201, 503}
    told = Counter(json.loads(outcome.body)["id"] for outcome in outcomes)
    assert set(told.values()) == {1}
    assert len(told) == WRITES
    entries = world.journal("catalog", course_id=course_id, kind="class-published")
    assert Counter(entry["class_id"] for entry in entries) == told
    listed = world.public.items(f"/classes?course={course_id}&limit=200")
    assert Counter(one["id"] for one in listed) == told
    for class_id in list(told)[-3:]:
        world.wait_until_known(class_id)
    again = Load(world.system.address, writes).finish()
    assert [outcome.body for outcome in again] == [outcome.body for outcome in outcomes]


def _stop_and_restart(world: World, process: str, load: Load) -> None:
    load.wait_for(ALREADY_DONE)
    world.stop(process)
    assert load.acknowledged < WRITES, "the load was over before the process had stopped"
    running = world.system.supervisor.find(process)
    assert running.child.returncode == 0
    assert "stopped with requests unfinished" not in world.system.log_of(process)
    world.restart(process)


def test_enrolments_survive_kills_under_load_and_every_unknown_outcome_is_told_to_a_retry(
    rough_world: World,
) -> None:
    world = rough_world
    offer = world.offer(seats=WRITES)
    load = Load(world.system.address, enrolments(world, offer, world.card_refs(WRITES)))
    load.wait_for(ALREADY_DONE)
    _kill_the_worker_alone(world, "enrolment")
    load.wait_for(2 * ALREADY_DONE)
    world.system.supervisor.find("enrolment").kill_group()
    assert load.acknowledged < WRITES, "the load was over before the process was killed"
    world.restart("enrolment")
    check_each_stands_once(world, offer, load.finish())
    assert load.broken == [], "the gateway stood, so no caller may have lost a connection"
    assert world.public.call("GET", f"/classes/{offer.class_id}/availability").ok


def _kill_the_worker_alone(world: World, process: str) -> None:
    """Kill the process that serves; the one that watches over it starts another by itself."""
    worker = world.worker(process)
    os.kill(worker, Signals.SIGKILL)
    eventually(lambda: world.workers(process) - {worker}, what="another worker is started")
