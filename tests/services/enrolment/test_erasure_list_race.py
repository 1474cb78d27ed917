"""An erasure against a list of people who may hold no card that comes meanwhile; with a careless twin."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
import sqlalchemy as sa

from services.enrolment.domain.exclusion.listed_lines import ListedLine
from services.enrolment.storage.listed_persons import ListedPersonStore
from services.enrolment.storage.persons import Digests
from services.enrolment.storage.suppressions import SuppressionStore
from services.enrolment.use_cases.exclusion.receive_list import begin_list, keep_rows, take_on
from services.enrolment.use_cases.shared.actor import Actor
from tests.services.enrolment.draw_races import done_or_waiting
from tests.services.enrolment.erasing import RINA, SUPPRESSED, left_of, revoke
from tests.services.enrolment.erasure_races import (
    PATIENCE,
    erasing,
    outcome,
)
from tests.services.enrolment.exclusions import announced
from tests.services.enrolment.house import House


class PausedLists(ListedPersonStore):
    """Lists of which somebody was taken off, and nobody goes on before something else has happened."""

    def __init__(self, house: House) -> None:
        fingerprints = house.service.stores.persons.fingerprints
        super().__init__(house.service.database, fingerprints=fingerprints)
        self.was_taken_off, self.may_go_on = threading.Event(), threading.Event()

    def forget(self, connection: sa.Connection, persons: Sequence[Digests]) -> None:
        super().forget(connection, persons)
        self.was_taken_off.set()
        self.may_go_on.wait(PATIENCE)


class UnheldSuppressions(SuppressionStore):
    """The list of the erased, to which anybody may be added while it is read."""

    def hold(self, _: sa.Connection) -> None:
        return


def list_while_erasing(house: House, *, holds: bool) -> set[str]:
    """Let a list come that names somebody who is being erased; return where something of that person is left."""
    card, service = house.award(), house.service
    revoke(house, card)
    list_id, line = announced(house), ListedLine(2, nik=card.person.nik)
    stores, pausing = service.stores, PausedLists(house)
    if not holds:
        fingerprints = stores.persons.fingerprints
        unheld = UnheldSuppressions(service.database, fingerprints=fingerprints)
        stores = replace(stores, suppressions=unheld)
    actor = Actor(RINA, "operator", "request-6")

    def take(connection: sa.Connection) -> None:
        take_on(connection, list_id, actor=actor, stores=stores)

    service.transactions.run(lambda connection: begin_list(connection, list_id, stores=stores))
    with ThreadPoolExecutor(2) as pool:
        paused = replace(service.stores, listed_persons=pausing)
        erasure = pool.submit(outcome, service, erasing(card, paused))
        assert pausing.was_taken_off.wait(PATIENCE)
        service.transactions.run(
            lambda connection: keep_rows(connection, list_id=list_id, lines=[line], stores=stores)
        )
        taking = pool.submit(outcome, service, take)
        done_or_waiting(house, taking)
        pausing.may_go_on.set()
        assert (erasure.result(), taking.result()) == ("done", "done")
    return {place for place, _ in left_of(house, card)}


@pytest.mark.parametrize("dialect", ["postgresql"])
def test_who_is_erased_while_a_list_comes_is_left_out_of_it(house: House) -> None:
    """On SQLite one transaction at a time writes, from its beginning."""
    assert list_while_erasing(house, holds=True) == {SUPPRESSED}
    assert house.differences() == []


@pytest.mark.parametrize("dialect", ["postgresql"])
def test_if_the_list_of_the_erased_were_not_held_somebody_on_it_would_stay_on_a_list_that_comes(
    house: House,
) -> None:
    assert list_while_erasing(house, holds=False) == {SUPPRESSED, "listed_person.nik_digest"}
