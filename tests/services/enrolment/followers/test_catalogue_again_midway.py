"""While the catalogue is followed again, and wherever that stops, no class and no follower is led astray."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
import sqlalchemy as sa

from chassis import feed_client
from chassis.feed_client import SourceDiverged
from chassis.follower import AnotherFollower, read_follower_state
from chassis.http_client import ServiceClient
from services.catalog.domain.classes import ClassStatus
from services.enrolment.followers import catalogue_again
from services.enrolment.storage.tables.journal import FOLLOWER_STATE
from services.enrolment.use_cases.shared.catalogue_lag import CATALOGUE
from tests.services.enrolment.followers.catalogue import (
    Catalogue,
    changed,
    class_on_offer,
)
from tests.services.enrolment.followers.following import again, follower_of, published, seats
from tests.services.enrolment.house import House


class Watching(ServiceClient):
    """A client that looks at something after every answer."""

    def __init__(self, address: str, look: Callable[[], None]) -> None:
        super().__init__(address)
        self._look = look

    def get_json(self, *arguments: Any, **options: Any) -> Any:
        answer = super().get_json(*arguments, **options)
        self._look()
        return answer


def test_no_class_goes_back_through_what_it_once_was(
    house: House, catalogue: Catalogue, restored: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    [offered] = published(catalogue, 1)
    closed = replace(offered, status=ClassStatus.CLOSED)
    catalogue.tell(("closed", closed))
    follower_of(house, catalogue.client).catch_up()
    restored.tell(("published", offered), ("changed", offered), ("closed", closed))
    monkeypatch.setattr(feed_client, "READ_AT_ONCE", 1)
    seen: list[str] = []
    client = Watching(
        restored.address, lambda: seen.append(seats(house, offered.class_id)["status"])
    )
    again(house, client).run()
    assert len(seen) >= 6
    assert set(seen) == {"closed"}


class Crash(Exception):
    """The process ends."""


class CrashesAfter(ServiceClient):
    """A client whose process ends after so many answers."""

    def __init__(self, address: str, answers: int) -> None:
        super().__init__(address)
        self._left = answers

    def get_json(self, *arguments: Any, **options: Any) -> Any:
        if self._left == 0:
            raise Crash
        self._left -= 1
        return super().get_json(*arguments, **options)


@pytest.mark.parametrize("answers", range(7))
def test_wherever_it_stops_it_can_be_begun_anew_and_until_then_the_follower_refuses_to_go_on(
    house: House,
    catalogue: Catalogue,
    restored: Catalogue,
    monkeypatch: pytest.MonkeyPatch,
    answers: int,
) -> None:
    monkeypatch.setattr(feed_client, "READ_AT_ONCE", 1)
    monkeypatch.setattr(catalogue_again, "SAVED_AT_ONCE", 1)
    offered = published(catalogue, 4)
    follower_of(house, catalogue.client).catch_up()
    house.enrolled(house.award(), offered[0].class_id)
    restored.tell(*[("published", changed(each, seats=9)) for each in offered[:3]])
    client: ServiceClient = CrashesAfter(restored.address, answers)
    if answers < 6:
        with pytest.raises(Crash):
            again(house, client).run()
        with pytest.raises(SourceDiverged):
            follower_of(house, restored.client).catch_up()
        client = restored.client
    assert again(house, client).run().told == 3
    assert follower_of(house, restored.client).catch_up() == 0
    assert [seats(house, each.class_id)["seats"] for each in offered] == [9, 9, 9, 2]
    assert seats(house, offered[0].class_id)["held"] == 1
    assert seats(house, offered[3].class_id)["status"] == "unlisted"


def test_a_follower_that_still_goes_on_is_not_overruled(house: House, catalogue: Catalogue) -> None:
    published(catalogue, 1)
    follower = follower_of(house, catalogue.client)
    follower.catch_up()
    new = class_on_offer()

    def go_on() -> None:
        catalogue.tell(("published", new))
        follower.catch_up()

    with pytest.raises(AnotherFollower):
        again(house, Watching(catalogue.address, go_on)).run()
    assert seats(house, new.class_id)["status"] == "published"
    assert [entry for entry in house.entries() if entry["kind"] == "class-unlisted"] == []


def test_when_the_worker_last_looked_is_never_put_back(
    house: House, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed_client, "READ_AT_ONCE", 1)
    published(catalogue, 3)
    follower_of(house, catalogue.client).catch_up()
    looks: list[datetime] = []

    def look() -> None:
        """Note, as the worker does now and then, that nothing is new."""
        looks.append(last_look(house))
        later = looks[-1] + timedelta(seconds=2)
        house.service.transactions.run(
            lambda connection: connection.execute(sa.update(FOLLOWER_STATE), {"checked_at": later})
        )

    again(house, Watching(catalogue.address, look)).run()
    looks.append(last_look(house))
    assert [later - earlier for earlier, later in pairwise(looks)] == [timedelta(seconds=2)] * 6


def last_look(house: House) -> datetime:
    with house.service.database.reading() as connection:
        state = read_follower_state(connection, FOLLOWER_STATE, CATALOGUE)
    assert state is not None
    return state.checked_at
