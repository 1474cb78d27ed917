"""Give up a place in a waiting list, or refuse the seat that is offered for it: it is free for the next then."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from chassis.identity import Principal
from chassis.problems import NotFound
from services.enrolment.domain.reach import Reach
from services.enrolment.domain.seats.waiting_list import (
    Changed,
    Place,
    PlaceState,
    Released,
    released,
)
from services.enrolment.storage.stores import Stores
from services.enrolment.use_cases.shared.actor import called_by
from services.enrolment.use_cases.shared.place_entries import entry_of_change
from services.enrolment.use_cases.shared.recorded import Recorded
from vocabulary.refusals.seats import CancellationClosed, OfferOver


@dataclass(frozen=True, slots=True)
class LeaveWaitingList:
    """Somebody gives up a place. `offered_only` says that it has to be one for which a seat is offered."""

    enrolment_id: str
    reach: Reach
    reason: str | None
    caller: Principal
    request_id: str
    offered_only: bool = False


def leave_waiting_list(
    connection: sa.Connection, command: LeaveWaitingList, *, stores: Stores
) -> Recorded[Changed]:
    """End a place of the caller's own, whatever it waits for.

    Raises `NotFound` for what is absent or another's, `OfferOver` where only an offer could be refused and there is
    none, `CancellationClosed` where the place has ended.
    """
    place = _own_place(connection, command, stores)
    classes = stores.classes.lock(connection, [place.class_id])
    place = _own_place(connection, command, stores)  # as it stands now that its class is locked
    if command.offered_only and place.state is not PlaceState.OFFERED:
        raise OfferOver(facts={"enrolment_status": place.state.value})
    if not place.is_open:
        raise CancellationClosed(facts={"enrolment_status": place.state.value})
    why = Released.REFUSED if place.state is PlaceState.OFFERED else Released.LEFT
    changed = released(place, classes[place.class_id], why)
    stores.places.save(connection, [changed.place])
    stores.classes.save_lists(connection, [changed.training_class], before=classes)
    now = stores.database.now(connection)
    [card] = stores.cards.find_all(connection, [place.card_ref]).values()
    entry = entry_of_change(
        changed,
        called_by(command.caller, command.request_id),
        region=card.region,
        rule_version=stores.rules.at(connection, now).version,
        reason=command.reason,
    )
    return Recorded(changed, stores.journal.append(connection, [entry], now=now))


def is_place(connection: sa.Connection, enrolment_id: str, *, stores: Stores) -> bool:
    """Tell whether an id is that of a place in a waiting list that has not become an enrolment."""
    place = stores.places.find(connection, enrolment_id)
    return place is not None and place.state is not PlaceState.ACCEPTED


def _own_place(connection: sa.Connection, command: LeaveWaitingList, stores: Stores) -> Place:
    place = stores.places.find(connection, command.enrolment_id)
    if place is None or not command.reach.has_enrolment(card_ref=place.card_ref, provider_id=""):
        raise NotFound
    return place
