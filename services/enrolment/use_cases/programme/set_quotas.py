"""Give a wave quotas, or those it has other numbers of places."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa

from chassis.identifiers import new_id
from chassis.identity import Principal
from chassis.journal import Entry
from chassis.problems import NotFound
from services.enrolment.domain.entry_kinds import EntryKind
from services.enrolment.domain.programme.quota import Quota, Reach, taken_by
from services.enrolment.storage.stores import Stores


@dataclass(frozen=True, slots=True)
class SetQuotas:
    """An operator wants quotas of a wave to have so many places, for a reason; each reach is named once."""

    wave_id: str
    places: Sequence[tuple[Reach, int]]
    reason: str
    caller: Principal
    request_id: str


def set_quotas(connection: sa.Connection, command: SetQuotas, *, stores: Stores) -> list[Quota]:
    """Add the quotas that the wave does not have, change the others, and return them all in the order they were sent.

    A quota that comes later counts the cards that are there already. Raises `NotFound` for an unknown wave,
    `DrawUnderWay` where its draw is just admitting.
    """
    # Before the wave, as whoever admits locks them.
    draw = stores.draws.hold(connection, command.wave_id)
    if draw is not None:
        draw.check_not_under_way()
    if stores.waves.lock(connection, command.wave_id) is None:
        raise NotFound
    # Whoever changes what is used of them holds the wave first.
    locked = stores.quotas.read(connection, command.wave_id)
    known = {quota.reach: quota for quota in locked if quota.wave_id is not None}
    new = [
        Quota(new_id(), command.wave_id, reach, places, used=0)
        for reach, places in command.places
        if reach not in known
    ]
    used = taken_by(new, stores.quotas.held(connection, command.wave_id)) if new else {}
    added = [replace(quota, used=used.get(quota.quota_id, 0)) for quota in new]
    changed = {known[reach].quota_id: places for reach, places in command.places if reach in known}
    stores.quotas.add(connection, added)
    stores.quotas.set_places(connection, changed)
    now = stores.database.now(connection)
    stores.journal.append(connection, [_entry(command)], now=now)
    after = {quota.reach: quota for quota in stores.quotas.read(connection, command.wave_id)}
    return [after[reach] for reach, _ in command.places]


def _entry(command: SetQuotas) -> Entry:
    return Entry(
        kind=EntryKind.QUOTAS_SET,
        actor=command.caller.subject,
        role=command.caller.role,
        request_id=command.request_id,
        subjects={},
        body={
            "wave_id": command.wave_id,
            "reason": command.reason,
            "quotas": [
                {
                    "scheme": reach.scheme,
                    "region": reach.region,
                    "cluster": reach.cluster,
                    "places": places,
                }
                for reach, places in command.places
            ],
        },
    )
