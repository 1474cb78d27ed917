"""The enrolment that a caller acts on: what is absent cannot be told from what is another's."""

from __future__ import annotations

import sqlalchemy as sa

from chassis.identity import Principal
from chassis.problems import NotFound
from services.enrolment.domain.reach import reach_to_act
from services.enrolment.domain.seats.enrolment import Enrolment
from services.enrolment.storage.stores import Stores


def own_enrolment(
    connection: sa.Connection, enrolment_id: str, *, caller: Principal, stores: Stores
) -> Enrolment:
    """Return an enrolment that the caller may act on. Raises `NotFound` alike for what is absent or another's."""
    enrolment = stores.enrolments.find(connection, enrolment_id)
    if enrolment is None or not reach_to_act(caller).has_enrolment(
        card_ref=enrolment.card_ref, provider_id=enrolment.provider_id
    ):
        raise NotFound
    return enrolment
