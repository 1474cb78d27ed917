"""One request and its answer over one connection, the same for both kinds of worker."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from gunicorn.http import wsgi
from gunicorn.http.errors import NoMoreData, ParseException

from chassis.problems import Problem
from chassis.serving.chunks import ChunkedReader
from chassis.serving.patience import Patience
from chassis.serving.refusals import as_problem

INPUT_ENDED = "chassis.input_ended"
"""In the environment of a request that was the last to be read from its connection, whose input we have ended."""

LARGEST_LEFTOVER = 64 * 1024
"""Bytes of an unread body that are thrown away to keep a connection; with more left it is closed."""


class ClientGone(Exception):
    """The client closed its connection, or did not take the answer in time."""


class RequestBody:
    """A request's body as `wsgi.input`: what cannot be read is raised as a problem, and ends the connection.

    So is a body that ends before its Content-Length, which gunicorn would hand over as if it were whole.
    """

    def __init__(self, request: Any) -> None:
        self._request = request
        self._body = request.body
        self._missing: int = getattr(request.body.reader, "length", 0)

    @property
    def failed(self) -> bool:
        """Whether reading went wrong, so that nobody knows where a next request would start."""
        return bool(self._body.failed)

    def read(self, size: int | None = None) -> bytes:
        """Return up to `size` bytes, all of the rest where it is None, nothing at the end."""
        try:
            data: bytes = self._body.read(size)
        except (Problem, ParseException, OSError) as error:
            raise self._refusal(error) from None
        self._count(data, at_end=size is None or size < 0 or len(data) < size)
        return data

    def readline(self, size: int | None = None) -> bytes:
        """Return one line, at most `size` bytes of it."""
        try:
            line: bytes = self._body.readline(size)
        except (Problem, ParseException, OSError) as error:
            raise self._refusal(error) from None
        self._count(line, at_end=size != 0 and not line.endswith(b"\n") and len(line) != size)
        return line

    def readlines(self, hint: int | None = None) -> list[bytes]:  # noqa: ARG002
        """Return all lines."""
        return list(self)

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.readline, b"")

    def refuse_chunks_over(self, largest: int) -> None:
        """Have a chunk refused by what it says to be, where it is larger than all that will be read."""
        if isinstance(self._body.reader, ChunkedReader):
            self._body.reader.largest = largest

    def leaves_too_much(self) -> bool:
        """Tell whether more is unread than is worth throwing away."""
        reader = self._body.reader
        if isinstance(reader, ChunkedReader):
            return reader.parser is not None
        return bool(reader.length > LARGEST_LEFTOVER)

    def _count(self, data: bytes, *, at_end: bool) -> None:
        self._missing -= len(data)
        if at_end and self._missing > 0:
            raise self._refusal(NoMoreData())

    def _refusal(self, error: Exception) -> Problem:
        self._request.force_close()
        return as_problem(error)


class Answer(wsgi.Response):
    """gunicorn's response, with the head sent in one piece with the first block of the body."""

    _unsent = b""

    def send_headers(self) -> None:
        """Prepare the head; it leaves with the first block, or at the end."""
        if self.headers_sent:
            return
        if self.req.body.leaves_too_much():
            self.force_close()
        lines = self.default_headers()
        lines.extend([f"{name}: {value}\r\n" for name, value in self.headers])
        lines.append("\r\n")
        self._unsent = "".join(lines).encode("latin-1")
        self.headers_sent = True

    def _emit_body(self, data: bytes) -> None:
        head, self._unsent = self._unsent, b""
        if self.chunked:
            self._send(b"".join((head, b"%X\r\n" % len(data), data, b"\r\n")))
        else:
            self._send(head + data if head else data)

    def close(self) -> None:
        """Send what is still to be sent: the head of an answer without a body, the mark of the last chunk."""
        self.send_headers()
        rest = self._unsent + (b"0\r\n\r\n" if self.chunked else b"")
        self._unsent = b""
        if rest:
            self._send(rest)

    def _send(self, data: bytes) -> None:
        try:
            self.sock.sendall(data)
        except OSError as error:
            raise ClientGone from error


def answer(
    worker: Any,
    request: Any,
    *,
    sock: Any,
    client: Any,
    server: Any,
    close: bool,
    input_ended: bool = False,
) -> bool:
    """Run the application on one request and send its answer; tell whether the connection may be kept.

    `input_ended` says that nothing more can be read from it, though its client may not have left.

    Raises what the application raised as long as nothing was sent, so that the caller can answer instead of it,
    and `ClientGone` where nobody takes the answer.
    """
    request.body = RequestBody(request)
    response, environ = wsgi.create(
        request, sock, client, server, worker.cfg, response_class=Answer
    )
    environ["wsgi.multithread"] = True
    environ[INPUT_ENDED] = input_ended
    if close or input_ended:
        response.force_close()
    try:
        blocks = worker.wsgi(environ, response.start_response)
        try:
            for block in blocks:
                response.write(block)
            response.close()
        finally:
            if hasattr(blocks, "close"):
                blocks.close()
    except ClientGone:
        raise
    except Exception:
        if not response.headers_sent:
            raise
        worker.log.exception("the application failed in the middle of an answer")
        return False
    return complete(response) and not response.should_close()


def complete(response: Answer) -> bool:
    """Tell whether as much was sent as the answer's length promised."""
    if response.response_length is None or response._omits_body:
        return True
    return bool(response.sent >= response.response_length)


def discard_rest(parser: Any, patience: Patience) -> bool:
    """Throw away what the application left of a body; tell whether the connection can be used again."""
    parser.unreader.allow(patience.leftover)
    try:
        return bool(
            parser.finish_body(
                deadline=time.monotonic() + patience.leftover, max_bytes=LARGEST_LEFTOVER + 1
            )
        )
    except (Problem, ParseException, OSError):
        return False
