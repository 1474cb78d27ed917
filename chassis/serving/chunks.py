"""A body in chunks, of which none may be said to be larger than the body may be."""

from __future__ import annotations

from typing import Any

from gunicorn.http import body

from chassis.problems import PayloadTooLarge

LARGEST = 1_048_576
"""Bytes that no body here is larger than, unless whoever reads it says less (`RequestBody.refuse_chunks_over`)."""


class ChunkedReader(body.ChunkedReader):
    """Refuses a chunk by the size that it says it has, since waiting for all of it would only take time."""

    def __init__(self, req: Any, unreader: Any) -> None:
        super().__init__(req, unreader)
        self.largest = LARGEST

    def parse_chunk_size(
        self, unreader: Any, data: bytes | None = None
    ) -> tuple[int, bytes | None]:
        """Read the next chunk's size. Raises `PayloadTooLarge`."""
        size, rest = super().parse_chunk_size(unreader, data)
        if size > self.largest:
            raise PayloadTooLarge(f"This call takes a body of at most {self.largest} bytes.")
        return size, rest
