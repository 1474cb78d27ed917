"""What calls share that receive a file: a place among the few that come at once, its digest, and its rows in chunks."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from typing import TypeVar

from chassis.calls import Call
from chassis.problems import TooBusy
from chassis.streamed_bodies import Incoming
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


def in_chunks(lines: Iterator[Line], at_once: int) -> Iterator[list[Line]]:
    """Yield so many lines at a time."""
    while chunk := list(islice(lines, at_once)):
        yield chunk
