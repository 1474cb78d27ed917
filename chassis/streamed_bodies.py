"""Bodies that are larger than a process should hold: read while they come, never more than a block of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from flask import Request

from chassis.idempotency import IdempotencyKey
from chassis.problems import PayloadTooLarge
from chassis.request_content import check_coding, check_type

STREAM_BLOCK = 64 * 1024


@dataclass(frozen=True, slots=True)
class Streamed:
    """A body that is read as it comes: of which media type, at most how many bytes, and what it is."""

    media_type: str
    largest: int
    description: str


@dataclass(frozen=True, slots=True)
class Incoming:
    """A body that is read while it comes, block by block. Reading raises what `stream_in` raises.

    What the command is, nobody knows before its end: `key_for` binds the caller's Idempotency-Key to what came of it.
    """

    blocks: Iterator[bytes] = field(repr=False)
    key_for: Callable[[str], IdempotencyKey | None] = field(repr=False)


def stream_in(request: Request, streamed: Streamed) -> Iterator[bytes]:
    """Return the body block by block, after a look at what the headers say of it.

    Raises `UnsupportedMediaType` and `PayloadTooLarge`, the latter also while it is read.
    """
    check_type(request, streamed.media_type)
    check_coding(request)
    if (request.content_length or 0) > streamed.largest:
        raise PayloadTooLarge
    request.max_content_length = streamed.largest + 1  # so that it is `_blocks` who refuses
    return _blocks(request, streamed.largest)


def _blocks(request: Request, largest: int) -> Iterator[bytes]:
    read = 0
    while block := request.stream.read(STREAM_BLOCK):
        read += len(block)
        if read > largest:
            raise PayloadTooLarge
        yield block
