"""How large a body may be, and how much of it is waited for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from chassis.problems import PayloadTooLarge
from chassis.serving.exchange import RequestBody

GATHERED = 256 * 1024
"""Bytes of a body that are waited for before a service is bothered: a slow sender holds none of its places."""

BLOCK = 64 * 1024


class Readable(Protocol):
    """A request's body, as the server hands it over."""

    def read(self, size: int, /) -> bytes: ...


@dataclass(slots=True)
class Body:
    """A request's body: what has been gathered, and where the rest comes from if that is not all.

    `length` is None where the sender did not say it.
    """

    gathered: bytes
    length: int | None
    rest: Iterator[bytes] | None = None


def gather(environ: Mapping[str, Any], *, largest: int) -> Body:
    """Read a request's body as far as it is waited for.

    Raises `PayloadTooLarge`, before reading anything where the sender said the length, of the body or of a chunk;
    `MalformedRequest` and `RequestTimedOut` come from the server.
    """
    source: Readable = environ["wsgi.input"]
    declared = environ.get("CONTENT_LENGTH")
    if declared is None and "HTTP_TRANSFER_ENCODING" not in environ:
        return Body(b"", 0)
    length = int(declared) if declared is not None else None
    if length is not None and length > largest:
        raise _too_large(largest)
    if isinstance(source, RequestBody):
        source.refuse_chunks_over(largest)
    return _gather(source, length, largest)


def _gather(source: Readable, length: int | None, largest: int) -> Body:
    wanted = min(largest, GATHERED) + 1 if length is None else min(length, GATHERED)
    gathered = source.read(wanted)
    if length is None and len(gathered) < wanted:
        return Body(gathered, len(gathered))
    if length == len(gathered):
        return Body(gathered, length)
    if len(gathered) > largest:
        raise _too_large(largest)
    return Body(gathered, length, _rest(source, largest, read=len(gathered)))


def _rest(source: Readable, largest: int, *, read: int) -> Iterator[bytes]:
    while block := source.read(BLOCK):
        read += len(block)
        if read > largest:
            raise _too_large(largest)
        yield block


def _too_large(largest: int) -> PayloadTooLarge:
    return PayloadTooLarge(f"This call takes a body of at most {largest} bytes.")
