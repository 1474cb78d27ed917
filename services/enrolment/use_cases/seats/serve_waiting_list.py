"""Serve the waiting list of a class: let offers run out, offer free seats to the first in line, and end the list.

Nothing has to be remembered between two of these transactions: what is to be done is what the tables say. Only the
class and its places are locked. Whether a card may still buy the class is judged when its holder accepts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import sqlalchemy as sa

from services.enrolment.domain.programme.card import LIVE_STATES, Card
from services.enrolment.domain.programme.pause import Pause, clocks_stopped_at
from services.enrolment.domain.seats.training_class import PUBLISHED, TrainingClass
from services.enrolment.domain.seats.waiting_list import (
    Changed,
    Place,
    Released,
    list_is_over,
    offer_ends_at,
    offered,
    released,
)
from services.enrolment.storage.stores import Stores
from services.enrolment.use_cases.shared.actor import Actor, done_by_worker
from services.enrolment.use_cases.shared.place_entries import entry_of_change

SERVED_AT_ONCE = 100
"""Places that are looked at in one transaction, beside the offers that stand."""


def serve_waiting_list(
    connection: sa.Connection,
    class_id: str,
    *,
    stands_for: timedelta,
    request_id: str,
    stores: Stores,
) -> int:
    """Do what is to be done about a class's list, for some of its places; return for how many. The rest comes next.

    An offer stands for `stands_for`. While enrolments are paused where the first in line lives, or the provider is
    suspended, nobody is offered anything: whoever comes after them has no better right.
    """
    classes = stores.classes.lock(connection, [class_id])
    if class_id not in classes:
        return 0
    standing = stores.places.offered_in(connection, class_id)
    waiting = stores.places.first_in(connection, class_id, limit=SERVED_AT_ONCE)
    cards = stores.cards.find_all(connection, [each.card_ref for each in (*standing, *waiting)])
    since = min((each.offered_at for each in standing if each.offered_at), default=None)
    switches = stores.switches.read(connection, [classes[class_id].provider_id], clocks_from=since)
    serving = _Serving(
        training_class=classes[class_id],
        cards=cards,
        pauses=[*switches.pauses, *switches.past_pauses],
        suspended=bool(switches.suspended),
        now=switches.now,
        stands_for=stands_for,
    )
    serving.serve(standing, waiting)
    if serving.changed:
        _save(connection, serving, classes, done_by_worker(request_id), stores)
    return len(serving.changed)


@dataclass
class _Serving:
    """A list that is being served: what its places are judged by, and what has become of them so far."""

    training_class: TrainingClass
    cards: Mapping[str, Card]
    pauses: Sequence[Pause]
    suspended: bool
    now: datetime
    stands_for: timedelta
    changed: list[Changed] = field(default_factory=list)

    def serve(self, standing: Sequence[Place], waiting: Sequence[Place]) -> None:
        over = list_is_over(self.training_class, self.now)
        is_gone = self.training_class.status != PUBLISHED
        for place in standing:
            if over is not None and is_gone:
                self._release(place, over)
            elif self._has_ended(place):
                self._release(place, Released.CARD_ENDED)
            elif self._has_run_out(place):
                self._release(place, Released.TIMED_OUT)
        for place in waiting:
            if over is not None or self._has_ended(place):
                self._release(place, over or Released.CARD_ENDED)
            elif not self.training_class.free_seats or self._has_to_wait(place):
                return
            else:
                self._take(
                    offered(place, self.training_class, now=self.now, stands_for=self.stands_for)
                )

    def region_of(self, place: Place) -> str:
        return self.cards[place.card_ref].region

    def _has_ended(self, place: Place) -> bool:
        return self.cards[place.card_ref].state_at(self.now) not in LIVE_STATES

    def _has_run_out(self, place: Place) -> bool:
        ends_at = offer_ends_at(place, self.pauses, regency=self.region_of(place))
        return ends_at is not None and ends_at <= self.now

    def _has_to_wait(self, place: Place) -> bool:
        paused = clocks_stopped_at(self.pauses, regency=self.region_of(place))
        return self.suspended or paused is not None

    def _release(self, place: Place, why: Released) -> None:
        self._take(released(place, self.training_class, why))

    def _take(self, changed: Changed) -> None:
        self.training_class = changed.training_class
        self.changed.append(changed)


def _save(
    connection: sa.Connection,
    serving: _Serving,
    before: Mapping[str, TrainingClass],
    actor: Actor,
    stores: Stores,
) -> None:
    stores.places.save(connection, [each.place for each in serving.changed])
    stores.classes.save_lists(connection, [serving.training_class], before=before)
    version = stores.rules.at(connection, serving.now).version
    entries = [
        entry_of_change(each, actor, region=serving.region_of(each.place), rule_version=version)
        for each in serving.changed
    ]
    stores.journal.append(connection, entries, now=serving.now)
