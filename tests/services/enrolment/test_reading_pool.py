"""Readers may use up every connection of the pool; enrolments go on over one of their own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace

import pytest

from chassis.database import Database
from chassis.group_commit import GroupCommit
from services.enrolment.use_cases.seats.enrol import EnrolHandler
from tests.chassis.problem_documents import problem
from tests.services.enrolment.house import House, document, settings_for, with_service


@contextmanager
def used_up(database: Database) -> Iterator[None]:
    """Read something over every connection of the pool, and go on reading."""
    size = settings_for(str(database.url)).pool_size
    with ExitStack() as readers:
        for _ in range(size):
            readers.enter_context(database.reading())
        yield


def without_connection_of_its_own(house: House) -> House:
    """Return the same house with enrolments that share the readers' pool."""
    service = house.service
    handler = EnrolHandler(service.stores, code_key=service.code_key)
    return with_service(
        house,
        replace(service, enrolments=GroupCommit(service.database, service.stores.answers, handler)),
    )


@pytest.fixture
def impatient(house: House, monkeypatch: pytest.MonkeyPatch) -> House:
    """Enrolment where nobody waits long for a connection."""
    monkeypatch.setattr(house.service.database.engine.pool, "_timeout", 0.05)
    return house


def test_an_enrolment_is_settled_while_readers_hold_every_connection(impatient: House) -> None:
    card, class_id = impatient.award(), impatient.put_class()
    with used_up(impatient.service.database):
        assert impatient.get("/enrolments", "holder", card=card.card_ref).status_code == 503
        taken = impatient.enrolled(card, class_id)
    read = impatient.get(f"/enrolments/{taken['id']}", "holder", card=card.card_ref)
    assert document(read)["id"] == taken["id"]


def test_without_a_connection_of_its_own_it_would_be_turned_away(impatient: House) -> None:
    card, class_id = impatient.award(), impatient.put_class()
    sharing = without_connection_of_its_own(impatient)
    with used_up(impatient.service.database):
        refused = problem(sharing.enrol(card, class_id))
    assert (refused["status"], refused["code"]) == (503, "unavailable")
    sharing.service.enrolments.close()
    assert impatient.enrol(card, class_id).status_code == 201
