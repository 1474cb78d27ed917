"""Requests as no honest client sends them: addresses, framing, headers, queries."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from typing import Any

from tests.gateway.wire import Received, Wire, written
from tests.journeys.answers import check_answer

FIVE_MEGABYTES = 5 * 1024 * 1024


def check(answer: Received) -> dict[str, Any]:
    """Check a raw answer, which must be a refusal and never a failure, and return its document."""
    headers = {name.lower(): value for name, value in answer.headers}
    check_answer(answer.status, headers, answer.body)
    assert 400 <= answer.status < 500, (answer.status, answer.body)
    document: dict[str, Any] = json.loads(answer.body)
    return document


def pointers(document: Mapping[str, Any]) -> list[str]:
    """Return which fields a refusal names."""
    return [error["pointer"] for error in document.get("errors", [])]


HOSTILE_TARGETS = {
    "encoded slashes": "/api/v1/classes%2f..%2f..%2finternal%2ffeed",
    "an encoded slash after an id": f"/api/v1/classes/{uuid.uuid4()}%2froster",
    "dot segments": "/api/v1/classes/../../internal/feed",
    "encoded dot segments": "/api/v1/classes/%2e%2e/%2e%2e/internal/feed",
    "twice encoded dot segments": "/api/v1/classes/%252e%252e/internal/feed",
    "one dot": "/api/v1/./classes",
    "an encoded question mark": "/api/v1/classes%3fmine=true",
    "an encoded hash": "/api/v1/classes%23",
    "an encoded NUL": "/api/v1/classes%00",
    "an encoded line break": "/api/v1/classes%0d%0aX-Role:%20operator",
    "a backslash": "/api/v1/classes\\..\\internal",
    "an empty segment": "/api/v1//classes",
    "a semicolon": "/api/v1/classes;role=operator",
    "a trailing slash": "/api/v1/classes/",
    "a fragment": "/api/v1/classes#x",
    "an absolute address of no route": "http://169.254.169.254/latest/meta-data",
    "an absolute address with a name before the host": "http://somebody@gateway/api/v1/classes",
    "an absolute address of another scheme": "ftp://gateway/api/v1/classes",
    "an authority": "//evil.example/api/v1/classes",
    "the feed between services": "/internal/feed?after=0",
    "the seats between services": "/internal/seats?after=0",
    "the rules between services": "/internal/rules",
    "who holds seats, between services": "/internal/seat-holders",
    "a service's metrics": "/metrics",
    "another version": "/api/v2/classes",
    "capitals": "/API/V1/classes",
    "an id that is a number": "/api/v1/classes/17",
    "an id in capitals": f"/api/v1/classes/{str(uuid.uuid4()).upper()}",
    "an id in braces": f"/api/v1/classes/{{{uuid.uuid4()}}}",
    "an id that is SQL": "/api/v1/classes/1'or'1'='1",
    "a number beyond 64 bits": f"/api/v1/classes/{2**64}",
}

CLAIMS = {
    "X-Role": "operator",
    "X-Forwarded-User": "operator",
    "X-Principal": "development:operator",
    "Forwarded": "for=127.0.0.1",
    "X-Forwarded-For": "127.0.0.1",
    "X-Original-URL": "/api/v1/classes",
    "X-HTTP-Method-Override": "GET",
    "Cookie": "session=operator",
}


def _chunked(body: bytes) -> bytes:
    return _with_headers("Content-Type: application/json", "Transfer-Encoding: chunked", body=body)


def _with_headers(*lines: str, body: bytes = b"{}") -> bytes:
    head = ["POST /api/v1/providers HTTP/1.1", "Host: balai.test", *lines, "", ""]
    return "\r\n".join(head).encode("latin-1") + body


UNREADABLE: dict[str, bytes] = {
    "a chunk size that is no number": _chunked(b"zz\r\n{}\r\n0\r\n\r\n"),
    "a negative chunk size": _chunked(b"-2\r\n{}\r\n0\r\n\r\n"),
    "a chunk size with a prefix": _chunked(b"0x2\r\n{}\r\n0\r\n\r\n"),
    "a chunk longer than it says": _chunked(b"1\r\n{}\r\n0\r\n\r\n"),
    "a chunk cut short": _chunked(b"400\r\n{}"),
    "no last chunk": _chunked(b"2\r\n{}\r\n"),
    "a body shorter than it says": _with_headers(
        "Content-Type: application/json", "Content-Length: 100"
    ),
    "length and chunks at once": _with_headers(
        "Content-Length: 2", "Transfer-Encoding: chunked", body=b"0\r\n\r\n"
    ),
    "two lengths": _with_headers("Content-Length: 2", "Content-Length: 3"),
    "a length that is no number": _with_headers("Content-Length: two"),
    "a negative length": _with_headers("Content-Length: -2"),
    "a transfer coding nobody knows": _with_headers("Transfer-Encoding: rot13"),
    "a header over two lines": _with_headers("X-One: a", " b", "Content-Length: 2"),
    "a header without a name": _with_headers(": value", "Content-Length: 2"),
    "a space before the colon": _with_headers("Content-Length : 2"),
    "a NUL in a header": _with_headers("X-One: a\x00b", "Content-Length: 2"),
    "another HTTP version": b"GET /api/v1/regions HTTP/7.3\r\nHost: balai.test\r\n\r\n",
    "no version": b"GET /api/v1/regions\r\n\r\n",
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "TLS": b"\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03" + bytes(32) + b"\r\n\r\n",
    "a long request line": b"GET /api/v1/regions?" + b"a" * 20_000 + b" HTTP/1.1\r\n\r\n",
    "a long header": _with_headers("X-One: " + "a" * 20_000),
    "a thousand headers": _with_headers(*[f"X-{n}: 1" for n in range(1_000)]),
    "a proxy's method": b"CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example\r\n\r\n",
}


def smuggling(inner_request_id: str) -> bytes:
    """Write a request that says both its length and that it is chunked, with another one inside."""
    inner = (
        "GET /api/v1/regions HTTP/1.1\r\nHost: balai.test\r\n"
        f"X-Request-Id: {inner_request_id}\r\n\r\n"
    ).encode()
    return _with_headers(
        "Content-Type: application/json",
        f"Content-Length: {len(inner) + 5}",
        "Transfer-Encoding: chunked",
        body=b"0\r\n\r\n" + inner,
    )


def five_megabytes(request_id: str, *, in_chunks: bool) -> bytes:
    """Write a request whose body is far too large."""
    body = b'{"name":"' + b"a" * FIVE_MEGABYTES + b'"}'
    headers = {"Content-Type": "application/json", "X-Request-Id": request_id}
    if not in_chunks:
        return written("POST", "/api/v1/providers", headers=headers, body=body)
    headers["Transfer-Encoding"] = "chunked"
    chunk = b"%X\r\n%b\r\n0\r\n\r\n" % (len(body), body)
    return written("POST", "/api/v1/providers", headers=headers) + chunk


def send_as_far_as_read(wire: Wire, raw: bytes) -> None:
    """Send until the other side has seen enough, as it may."""
    try:
        wire.send(raw)
    except OSError:
        return


WRONG_QUERIES = (
    ("/courses?limit=0", "/limit"),
    ("/courses?limit=201", "/limit"),
    ("/courses?limit=1e2", "/limit"),
    (f"/courses?limit={'9' * 400}", "/limit"),
    ("/courses?limit=%D9%A1", "/limit"),
    ("/courses?cursor=never-given", "/cursor"),
    ("/courses?region=11.1", "/region"),
    ("/courses?track=sleeping", "/track"),
    ("/courses?track=skilling&track=reskilling", "/track"),
    ("/courses?max_price=-1", "/max_price"),
    ("/courses?starts_after=tomorrow", "/starts_after"),
    ("/courses?q=%FF", "/q"),
    ("/courses?colour=red", "/colour"),
    ("/classes?has_seats=perhaps", "/has_seats"),
    ("/enrolments?class_id=17", "/class_id"),
    ("/enrolments?cursor=eyJhIjoxfQ==", "/cursor"),
    ("/log/entries?after=-1", "/after"),
    (f"/log/entries?after={2**63}", "/after"),
    ("/log/entries?journal=secrets", "/journal"),
    ("/log/entries?kind=DROP%20TABLE", "/kind"),
    ("/log/entries?kind=seat-stolen", "/kind"),
    ("/log/entries?region=1", "/region"),
    ("/log/entries?region=99", "/region"),
    ("/log/entries?cursor=12", "/cursor"),
    ("/log/entries?from=2026-02-30T00:00:00Z", "/from"),
)
