"""Whether a class that is not known here may be one that the catalogue has just published."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

import sqlalchemy as sa

from chassis.follower import read_follower_state
from chassis.identifiers import made_at
from services.enrolment.storage.stores import Stores
from services.enrolment.storage.tables.journal import FOLLOWER_STATE

CATALOGUE = "catalog"
CATALOGUE_MAY_LAG = timedelta(seconds=10)
CLOCKS_MAY_DIFFER = timedelta(seconds=2)
"""Between the catalogue, which makes the ids of classes, and the database by which it is noted when that was read."""


def may_be_to_come(
    connection: sa.Connection, class_ids: Iterable[str], *, stores: Stores
) -> frozenset[str]:
    """Return which of some unknown classes the catalogue may have published since it was read last.

    That is any of them once it has not been read for a while, and else those whose ids were made since. A class that
    was drafted long ago and is published this moment is not told from one that never was.
    """
    state = read_follower_state(connection, FOLLOWER_STATE, CATALOGUE)
    now = stores.database.now(connection)
    if state is None or now - state.checked_at > CATALOGUE_MAY_LAG:
        return frozenset(class_ids)
    since = state.checked_at - CLOCKS_MAY_DIFFER
    until = now + CLOCKS_MAY_DIFFER
    return frozenset(
        each for each in class_ids if (made := made_at(each)) and since <= made <= until
    )
