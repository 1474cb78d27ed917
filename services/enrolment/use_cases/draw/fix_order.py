"""Fix the order of a draw, which its secret and its outside value make certain."""

from __future__ import annotations

import sqlalchemy as sa

from services.enrolment.domain.draw.draw import Draw, RootOf, Step
from services.enrolment.domain.draw.merkle_root import merkle_root
from services.enrolment.domain.draw.order import draw_key, drawn_order, leaf_of
from services.enrolment.domain.draw.order_chunk import Order, cut
from services.enrolment.domain.entry_kinds import EntryKind
from services.enrolment.storage.stores import Stores
from services.enrolment.use_cases.shared.by_worker import entry_of_worker
from services.enrolment.use_cases.shared.due_draw import lock_due_draw


class ListChanged(Exception):
    """The applications that are there are not those that were listed: nothing is drawn until somebody found out why."""


def order_of(draw: Draw, *, secret: bytes, stores: Stores) -> Order:
    """Work out the order of a draw that is settled. Raises `ListChanged` where the list is not the published one.

    A million take some seconds and some hundred megabytes; nothing is locked meanwhile.
    """
    if draw.outside is None or draw.listed is None:
        raise LookupError("this draw is not settled")
    key = draw_key(secret, draw.outside.value)
    ids = [one for some in stores.applications.listed(draw.wave_id) for one in some]
    if merkle_root(map(leaf_of, ids)) != (draw.listed.size, draw.listed.root):
        raise ListChanged(draw.wave_id)
    return cut(drawn_order(ids, key=key))


def fix_order(
    connection: sa.Connection,
    wave_id: str,
    order: Order,
    *,
    request_id: str,
    stores: Stores,
) -> int:
    """Publish the order of a settled draw; return 1, or 0 where another worker did."""
    due = lock_due_draw(connection, wave_id, Step.ORDER, stores=stores)
    if due is None:
        return 0
    stores.draws.add_order(connection, wave_id, order.chunks)
    body = {"wave_id": wave_id, "root": order.root}
    entry = entry_of_worker(EntryKind.DRAW_ORDERED, body, request_id=request_id)
    position = stores.journal.append(connection, [entry], now=due.now)
    ordered = RootOf(order.size, order.root, due.now)
    stores.draws.save_ordered(connection, wave_id, ordered, position=position)
    return 1
