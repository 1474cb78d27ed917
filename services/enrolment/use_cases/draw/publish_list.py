"""Publish which applications take part in a draw: how many, and the root over them."""

from __future__ import annotations

import sqlalchemy as sa

from services.enrolment.domain.draw.draw import RootOf, Step
from services.enrolment.domain.draw.merkle_root import merkle_root
from services.enrolment.domain.draw.order import leaf_of
from services.enrolment.domain.entry_kinds import EntryKind
from services.enrolment.storage.stores import Stores
from services.enrolment.use_cases.shared.by_worker import entry_of_worker
from services.enrolment.use_cases.shared.due_draw import lock_due_draw


def root_of_list(wave_id: str, *, stores: Stores) -> tuple[int, str]:
    """Return how many applications take part in a closed draw, and the root over them in the order of their ids.

    A million take some seconds, in which nothing is locked: the list of a closed draw does not change.
    """
    ids = (one for some in stores.applications.listed(wave_id) for one in some)
    return merkle_root(map(leaf_of, ids))


def publish_list(
    connection: sa.Connection,
    wave_id: str,
    *,
    size: int,
    root: str,
    request_id: str,
    stores: Stores,
) -> int:
    """Publish the list of a closed draw; return 1, or 0 where another worker did."""
    due = lock_due_draw(connection, wave_id, Step.LIST, stores=stores)
    if due is None:
        return 0
    body = {"wave_id": wave_id, "size": size, "root": root}
    entry = entry_of_worker(EntryKind.DRAW_LISTED, body, request_id=request_id)
    position = stores.journal.append(connection, [entry], now=due.now)
    listed = RootOf(size, root, due.now)
    stores.draws.save_listed(connection, wave_id, listed, position=position)
    return 1
