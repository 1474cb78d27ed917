"""One part is away: the others go on, whoever needs it is told so, and nothing is lost when it comes back."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from signal import SIGCONT, SIGKILL, SIGSTOP
from typing import Any

import requests

from tests.journeys import bodies
from tests.journeys.answers import checked, problem
from tests.journeys.api import PATIENCE
from tests.journeys.world import Offer, World
from tests.waiting import eventually


def test_while_the_catalogue_is_down_holders_enrol_and_a_class_it_just_published_comes_later(
    rough_world: World,
) -> None:
    world = rough_world
    known = world.offer(seats=5)
    course_id = world.published_course(known.provider_id)
    cards = world.cards(3)
    world.stop("enrolment-worker")
    plan = bodies.training_class("online", seats=5)
    made = world.provider(known.provider_id).post(f"/courses/{course_id}/classes", plan)
    new = Offer(made["id"], course_id, known.provider_id, made["price"])
    with _away(world, "catalog"):
        world.restart("enrolment-worker")
        _check_away(world.public.call("GET", "/courses"))
        _check_away(world.public.call("GET", f"/classes/{known.class_id}"))
        eventually(
            lambda: _is_lagging(world, cards[0].ref, new),
            what="enrolment knows that it does not know all classes",
        )
        assert _enrol(world, cards[1].ref, known).status_code == 201
        assert world.public.read(f"/classes/{known.class_id}/availability")["held"] == 1

    world.wait_until_known(new.class_id)
    assert _enrol(world, cards[0].ref, new).status_code == 201
    absent = Offer(str(uuid.uuid4()), course_id, known.provider_id, 0)
    eventually(
        lambda: _enrol(world, cards[2].ref, absent).status_code == 404,
        what="a class that nobody published is known not to be",
    )
    world.wait_for_seats_left(known, 4)


def test_while_the_catalogue_hangs_enrolment_is_served(rough_world: World) -> None:
    world = rough_world
    offer = world.offer(seats=5)
    cards = world.cards(5)
    catalogue = world.system.supervisor.find("catalog").child.pid
    os.killpg(catalogue, SIGSTOP)
    try:
        for card in cards:
            assert _enrol(world, card.ref, offer).status_code == 201
        hanging = world.public.call("GET", "/courses")
        problem(hanging, 504, "upstream-timed-out")
        assert requests.get(f"{world.system.address}/readyz", timeout=PATIENCE).ok
    finally:
        os.killpg(catalogue, SIGCONT)
    eventually(lambda: world.public.call("GET", "/courses").ok, what="the catalogue answers")
    world.wait_for_seats_left(offer, 0)


def test_while_accounts_is_down_tokens_that_were_issued_are_good_and_none_is_issued(
    rough_world: World,
) -> None:
    world = rough_world
    offer = world.offer(seats=5)
    first, second = world.cards(2)
    world.holder(first.ref)
    with _away(world, "accounts"):
        assert _enrol(world, first.ref, offer).status_code == 201
        assert world.auditor.read("/consistency")["differences"] == []
        grant = {"grant_type": "client_credentials"}
        token = f"{world.system.address}/oauth/token"
        asking = requests.post(token, data=grant, auth=("nobody", "x"), timeout=PATIENCE)
        _check_away(checked(asking))
    assert _enrol(world, second.ref, offer).status_code == 201


def test_a_service_that_starts_while_accounts_is_down_is_ready_once_it_is_back(
    rough_world: World,
) -> None:
    world = rough_world
    offer = world.offer(seats=5)
    (card,) = world.cards(1)
    world.holder(card.ref)
    with _away(world, "accounts"):
        world.stop("enrolment")
        world.begin_again("enrolment")
        inner = f"{world.system.address_of('enrolment')}/readyz"
        eventually(lambda: _status(inner) == 503, what="enrolment says that it is not ready")
        _check_away(_enrol(world, card.ref, offer))
    world.wait_until_ready("enrolment")
    eventually(lambda: _enrol(world, card.ref, offer).ok, what="enrolment knows the keys")


def test_while_enrolment_is_down_its_callers_are_told_and_the_catalogue_goes_on(
    rough_world: World,
) -> None:
    world = rough_world
    offer = world.offer(seats=5)
    first, second = world.cards(2)
    taken = _enrol(world, first.ref, offer).json()
    with _away(world, "enrolment"):
        _check_away(_enrol(world, second.ref, offer))
        _check_away(world.holder(first.ref).call("GET", "/cards/me"))
        _check_away(world.public.call("GET", f"/classes/{offer.class_id}/availability"))
        _check_away(world.auditor.call("GET", "/log/entries"))
        assert world.public.read(f"/classes/{offer.class_id}")["seats"] == 5
        changed = world.provider(offer.provider_id).patch(
            f"/classes/{offer.class_id}", {"seats": 4}
        )
        assert changed["seats"] == 4
        assert world.auditor.get("/log/entries?journal=catalog").ok
    assert world.holder(first.ref).read(f"/enrolments/{taken['id']}")["status"] == "confirmed"
    eventually(
        lambda: world.public.read(f"/classes/{offer.class_id}/availability")["seats"] == 4,
        what="enrolment has read what changed meanwhile",
    )
    assert _enrol(world, second.ref, offer).status_code == 201
    world.wait_for_seats_left(offer, 2)


def test_while_the_catalogues_worker_is_down_seats_go_on_being_given_and_are_counted_afterwards(
    rough_world: World,
) -> None:
    world = rough_world
    offer = world.offer(seats=5)
    cards = world.cards(3)
    with _away(world, "catalog-worker"):
        for card in cards:
            assert _enrol(world, card.ref, offer).status_code == 201
        assert world.public.read(f"/classes/{offer.class_id}")["seats_left"] == 5
    world.wait_for_seats_left(offer, 2)


def test_a_class_called_off_while_enrolments_worker_is_down_is_settled_when_it_is_back(
    rough_world: World,
) -> None:
    world = rough_world
    offer = world.offer(seats=5)
    by_hand, by_itself = world.cards(2)
    taken = _enrol(world, by_hand.ref, offer).json()
    assert _enrol(world, by_itself.ref, offer).status_code == 201
    world.stop("enrolment-worker", SIGKILL)
    reason = {"reason": "Kurang peserta"}
    world.provider(offer.provider_id).post(f"/classes/{offer.class_id}/cancellation", reason)
    world.holder(by_hand.ref).post(f"/enrolments/{taken['id']}/cancellation", {"reason": "Batal"})
    world.restart("enrolment-worker")
    holder = world.holder(by_itself.ref)
    eventually(lambda: holder.read("/cards/me")["status"] == "awarded", what="it is settled")
    for card in (by_hand, by_itself):
        assert world.holder(card.ref).read("/cards/me")["balance"] == 3_500_000
    entries = world.journal("enrolment", class_id=offer.class_id, kind="enrolment-cancelled")
    assert [entry["role"] for entry in entries] == ["holder", "system"]


def test_after_every_process_was_started_anew_all_is_as_it_was(rough_world: World) -> None:
    world = rough_world
    offer = world.offer(seats=5)
    (card,) = world.cards(1)
    taken = _enrol(world, card.ref, offer).json()
    before = _state(world, card.ref, offer, taken["id"])
    for process in _processes(world):
        world.stop(process)
        world.restart(process)
    assert requests.get(f"{world.system.address}/readyz", timeout=PATIENCE).json()["ready"]
    assert _state(world, card.ref, offer, taken["id"]) == before
    again = world.holder(card.ref).post(
        f"/enrolments/{taken['id']}/cancellation", {"reason": "Batal"}
    )
    assert again["status"] == "cancelled"


def _processes(world: World) -> list[str]:
    """Name every process but the database."""
    return [name for name in world.system.supervisor.names() if name != "postgresql"]


def _state(world: World, card_ref: str, offer: Offer, enrolment_id: str) -> list[Any]:
    holder = world.holder(card_ref)
    return [
        holder.read("/cards/me"),
        holder.read(f"/enrolments/{enrolment_id}"),
        holder.read(f"/enrolments/{enrolment_id}/timeline"),
        holder.items("/cards/me/statement"),
        world.public.read(f"/courses/{offer.course_id}"),
        world.public.read(f"/classes/{offer.class_id}/availability"),
        *[world.journal(name) for name in ("enrolment", "catalog")],
    ]


@contextmanager
def _away(world: World, process: str) -> Iterator[None]:
    """Stop a process for as long as the block lasts."""
    world.stop(process)
    try:
        yield
    finally:
        world.restart(process)


def _check_away(answer: requests.Response) -> None:
    problem(answer, 503, "unavailable")
    assert int(answer.headers["Retry-After"]) >= 1


def _status(address: str) -> int:
    try:
        return requests.get(address, timeout=PATIENCE).status_code
    except requests.ConnectionError:
        return 0


def _enrol(world: World, card_ref: str, offer: Offer) -> requests.Response:
    wish = offer.wish()
    return world.holder(card_ref).call("POST", "/enrolments", body=wish, key=str(uuid.uuid4()))


def _is_lagging(world: World, card_ref: str, offer: Offer) -> bool:
    """Try to enrol; tell whether the answer is that the class may yet come. Before, it is that there is none."""
    answer = _enrol(world, card_ref, offer)
    if answer.status_code == 404:
        problem(answer, 404, "class-not-found")
        return False
    problem(answer, 503, "catalogue-lagging")
    return True
