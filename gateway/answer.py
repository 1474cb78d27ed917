"""A service's answer: its head, and its body whole where it is small, block by block where it is not."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from http.client import HTTPException
from typing import Any

from geventhttpclient.response import HTTPResponse

from chassis.problems import BadGateway, GatewayTimedOut

LARGEST_HEAD = 64 * 1024
SMALL = 512 * 1024
"""Bytes of a body of known length up to which it is read whole before any of it is passed on: every page of a list, but
no export. So many for each of a service's places at most are held at once."""

BETWEEN_BLOCKS = 30.0
"""Seconds between two pieces of a body."""

_READ = 256 * 1024


class AnswerParser(HTTPResponse):
    """Collects header lines and body blocks as they come."""

    def __init__(self, method: str) -> None:
        super().__init__(method=method)
        self.fields: list[tuple[str, str]] = []
        self._body: list[bytes] = []
        self._is_final = False

    @property
    def head_is_complete(self) -> bool:
        """Tell whether the head of the final answer is there; 1xx answers come before it."""
        return self.headers_complete and self.get_code() >= 200

    @property
    def declared_length(self) -> int | None:
        """Return the body's length where the head says it."""
        for name, value in self.fields:
            if name.lower() == "content-length":
                return int(value)
        return None

    def take(self) -> bytes:
        """Return what has come of the body since the last time."""
        data = self._body[0] if len(self._body) == 1 else b"".join(self._body)
        self._body.clear()
        return data

    def _on_message_begin(self) -> None:
        if self._is_final:
            raise ValueError("a second answer that nobody asked for")
        super()._on_message_begin()
        self.fields.clear()

    def _flush_header(self) -> None:
        if self._current_header_field is not None:
            self.fields.append((self._current_header_field, self._current_header_value or ""))
            self._current_header_field = self._current_header_value = None

    def _on_body(self, buf: bytearray) -> None:
        self._body.append(bytes(buf))

    def _on_message_complete(self) -> None:
        super()._on_message_complete()
        self._is_final = self.get_code() >= 200


class Answer:
    """What came back over a connection. `whole` is the body, or None where it is still coming."""

    def __init__(
        self,
        parser: AnswerParser,
        connection: Any,
        *,
        keep: Callable[[Any], None],
        reusable: bool,
    ) -> None:
        self.status = parser.get_code()
        self.reason = parser.status_message or ""
        self.headers = parser.fields
        self.is_chunked = parser.declared_length is None
        self.whole: bytes | None = None
        self._parser = parser
        self._connection = connection
        self._keep = keep
        self._reusable = reusable
        if parser.message_complete:
            self._finish()

    def read_if_small(self, *, until: float) -> None:
        """Read a small body to its end, so that a failure in the middle of it can still be told.

        Raises `BadGateway`, `GatewayTimedOut`.
        """
        if self.whole is not None or (self._parser.declared_length or SMALL + 1) > SMALL:
            return
        while not self._parser.message_complete:
            left = until - time.monotonic()
            if left <= 0:
                raise GatewayTimedOut
            self._receive(left)
        self._finish()

    def blocks(self) -> Iterator[bytes]:
        """Yield the body as it comes. Raises `BadGateway` where it breaks off."""
        while not self._parser.message_complete:
            if block := self._parser.take():
                yield block
            self._receive(BETWEEN_BLOCKS)
        if block := self._parser.take():
            yield block

    def close(self) -> None:
        """Leave the connection to the next request, or end it where something is left unread on it."""
        if self._connection is None:
            return
        connection, self._connection = self._connection, None
        if self._parser.message_complete and self._reusable and not self._parser.should_close():
            self._keep(connection)
        else:
            connection.close()

    def _finish(self) -> None:
        self.whole = self._parser.take()
        self.close()

    def _receive(self, seconds: float) -> None:
        self._connection.settimeout(seconds)
        try:
            self._parser.feed(self._connection.recv(_READ))
        except TimeoutError:
            raise GatewayTimedOut from None
        except (OSError, HTTPException, ValueError):
            raise BadGateway("A service behind the gateway broke its answer off.") from None
