"""An order in pieces, each of which can be held to the root that is published over all of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise

from services.enrolment.domain.draw.draw import Draw
from services.enrolment.domain.draw.merkle_root import merkle_root, root_over
from services.enrolment.domain.draw.order import commitment_to, draw_key, leaf_of, lot_of

JUDGED_AT_ONCE = 256
"""Applications of one piece, that one transaction judges. A power of two: so each piece is a subtree of the order."""


@dataclass(frozen=True, slots=True)
class OrderChunk:
    """The applications that come next in an order, from a place on that counts from 0, and the root over them."""

    first_place: int
    application_ids: Sequence[str]
    root: str


@dataclass(frozen=True, slots=True)
class Order:
    """An order as it is kept and published."""

    size: int
    root: str
    chunks: Sequence[OrderChunk]


def cut(application_ids: Iterable[str]) -> Order:
    """Cut an order into pieces; each application is hashed once."""
    chunks = list(_chunks(application_ids))
    size = sum(len(chunk.application_ids) for chunk in chunks)
    return Order(size, root_over(chunk.root for chunk in chunks), chunks)


def _chunks(application_ids: Iterable[str]) -> Iterator[OrderChunk]:
    ids, first_place = iter(application_ids), 0
    while some := list(islice(ids, JUDGED_AT_ONCE)):
        _, root = merkle_root(map(leaf_of, some))
        yield OrderChunk(first_place, some, root)
        first_place += len(some)


def is_next(
    chunk: OrderChunk, draw: Draw, *, before: OrderChunk | None, roots: Sequence[str]
) -> bool:
    """Tell whether a piece is what comes next in the published order of a draw whose secret is told.

    Two things that stand apart are asked: whether the root over all pieces is the published one with this piece in its
    place, and whether secret and outside value order these applications so, after those of the piece before.
    """
    if draw.ordered is None or draw.secret is None or draw.outside is None:
        return False
    size, root = merkle_root(map(leaf_of, chunk.application_ids))
    number, rest = divmod(chunk.first_place, JUDGED_AT_ONCE)
    if rest or roots[number : number + 1] != [root] or root_over(roots) != draw.ordered.root:
        return False
    secret = bytes.fromhex(draw.secret)
    last = list(before.application_ids[-1:]) if before else []
    key = draw_key(secret, draw.outside.value)
    lots = [lot_of(one, key=key) for one in [*last, *chunk.application_ids]]
    return (
        size == min(JUDGED_AT_ONCE, draw.ordered.size - chunk.first_place)
        and commitment_to(secret) == draw.commitment
        and all(one < after for one, after in pairwise(lots))
    )
