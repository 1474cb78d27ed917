"""Keep everybody from being admitted for a moment, while what candidates are judged by is changed."""

from __future__ import annotations

import sqlalchemy as sa

from services.enrolment.storage.stores import Stores
from services.enrolment.storage.waves import TURN_COMES_WITHIN_MS


def let_nobody_be_admitted(connection: sa.Connection, stores: Stores) -> None:
    """Hold the programme's counters, for which every admission queues, until the transaction ends.

    Who was admitted before is there for everybody who looks after the commit; who is admitted after is judged by what
    was changed. Nobody falls between.
    """
    stores.database.limit_waiting(connection, milliseconds=TURN_COMES_WITHIN_MS)
    stores.quotas.lock(connection, None)


def let_no_draw_be_under_way(connection: sa.Connection, stores: Stores) -> None:
    """Raise `DrawUnderWay` while a draw admits: a list that came for a moment would refuse whom its maker chose.

    So everybody of a draw is judged by the lists that were in force when its order became certain. Ask while nobody is
    admitted: an outside value is entered while nobody is, too, so that each finds what the other did.
    """
    draw = stores.draws.under_way(connection)
    if draw is not None:
        draw.check_not_under_way()
