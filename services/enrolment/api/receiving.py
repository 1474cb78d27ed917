"""What calls share that receive a file: it is kept some lines at a time while it comes, and taken on as a whole."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Generic, TypeVar

import sqlalchemy as sa

from chassis.calls import Call
from chassis.idempotency import Answer
from chassis.problems import OutcomeUnknown, TooBusy
from chassis.streamed_bodies import Incoming
from chassis.transaction import Transactions
from services.enrolment.service import EnrolmentService

Line = TypeVar("Line")


class HashedBlocks:
    """The blocks of a body as they come; once they are through, their SHA-256."""

    def __init__(self, incoming: Incoming) -> None:
        self._blocks = incoming.blocks
        self._sha256 = hashlib.sha256()

    def __iter__(self) -> Iterator[bytes]:
        for block in self._blocks:
            self._sha256.update(block)
            yield block

    @property
    def sha256(self) -> str:
        """Return the digest of what has come."""
        return self._sha256.hexdigest()


def stream_of(call: Call) -> Incoming:
    """Return the body of a call that is declared to take a stream."""
    if call.incoming is None:
        raise LookupError("this call takes a stream")
    return call.incoming


@contextmanager
def place_to_receive(service: EnrolmentService) -> Iterator[None]:
    """Take one of the places for files that come at once. Raises `TooBusy`."""
    if not service.receiving.acquire(blocking=False):
        raise TooBusy("As many files are being received as can be. Try again in a while.")
    try:
        yield
    finally:
        service.receiving.release()


@dataclass(frozen=True, slots=True)
class Receiving(Generic[Line]):
    """What is done with a file of one kind; each step but `read` is given a transaction of its own.

    `read` makes lines of what comes, of which `keep` gets some at a time, with how many came before. `take_on` gets the
    SHA-256 of all that came. `discard` removes some of what was not taken on and returns how much, nothing at the end.
    """

    begin: Callable[[sa.Connection], None]
    read: Callable[[Iterable[bytes]], Iterator[Line]]
    lines_at_once: int
    keep: Callable[[list[Line], int, sa.Connection], None]
    take_on: Callable[[sa.Connection, str], Answer]
    discard: Callable[[sa.Connection], int | None]


def begin(file: Receiving[Line], transactions: Transactions) -> None:
    """Begin to receive a file: call `receive` next. What it refuses has not begun, and may be somebody else's."""
    try:
        transactions.run(file.begin)
    except OutcomeUnknown:
        _discard(file, transactions)
        raise


def receive(
    file: Receiving[Line], incoming: Incoming, transactions: Transactions, *, seconds: float
) -> Answer:
    """Keep a file that has begun as it comes, and take it on; what was not taken on in the end is removed."""
    try:
        sha256 = _keep(file, incoming, transactions)

        def take_on(connection: sa.Connection) -> Answer:
            return file.take_on(connection, sha256)

        return transactions.answer(incoming.key_for(sha256), take_on, seconds=seconds)
    finally:
        _discard(file, transactions)


def _keep(file: Receiving[Line], incoming: Incoming, transactions: Transactions) -> str:
    """Keep the lines of a file; return its SHA-256."""
    blocks, kept = HashedBlocks(incoming), 0
    for lines in _in_chunks(file.read(blocks), file.lines_at_once):
        transactions.run(partial(file.keep, lines, kept))
        kept += len(lines)
    return blocks.sha256


def _discard(file: Receiving[Line], transactions: Transactions) -> None:
    while transactions.run(file.discard, repeatable=True):
        pass


def _in_chunks(lines: Iterator[Line], at_once: int) -> Iterator[list[Line]]:
    while chunk := list(islice(lines, at_once)):
        yield chunk
