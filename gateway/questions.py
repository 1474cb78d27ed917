"""A request as a service is asked it: the line, the headers and the framing that go over a kept connection."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from chassis.observability import REQUEST_ID_HEADER, current_request_id
from chassis.time_left import TIME_LEFT_HEADER
from gateway.callers import has_left
from gateway.limits import Body
from gateway.targets import Match
from gateway.upstream import Question

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

MARGIN = 0.25
"""Seconds by which a service gives up before we do, so that the caller gets its words and not ours."""


def written_question(
    match: Match,
    environ: WSGIEnvironment,
    headers: list[tuple[str, str]],
    body: Body,
    *,
    seconds: float,
    address: str,
) -> Question:
    """Write the question for a request: `headers` travel on, `seconds` are left for it, `address` is the caller's."""
    method = environ["REQUEST_METHOD"]
    lines = [
        f"{method} {match.path}{match.query} HTTP/1.1",
        f"Host: {match.upstream}",
        *[f"{name}: {value}" for name, value in headers],
        f"{REQUEST_ID_HEADER}: {current_request_id.get()}",
        f"{TIME_LEFT_HEADER}: {int((seconds - MARGIN) * 1000)}",
        f"X-Forwarded-For: {address}",
        *_framing(method, body),
        "",
        "",
    ]
    head = "\r\n".join(lines).encode("latin-1")
    chunked = body.length is None
    return Question(
        method=method,
        sent=head + (_chunk(body.gathered) if chunked else body.gathered),
        rest=_chunks(body.rest) if chunked and body.rest is not None else body.rest,
        safe=match.route.safe,
        seconds=seconds,
        abandoned=partial(has_left, environ),
    )


def _framing(method: str, body: Body) -> tuple[str, ...]:
    if body.length is None:
        return ("Transfer-Encoding: chunked",)
    if body.length or method not in ("GET", "HEAD"):
        return (f"Content-Length: {body.length}",)
    return ()


def _chunk(block: bytes) -> bytes:
    return b"%X\r\n%b\r\n" % (len(block), block)


def _chunks(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """Frame blocks as chunks. The last one, which says that nothing is missing, comes only where nothing is."""
    for block in blocks:
        yield _chunk(block)
    yield b"0\r\n\r\n"
