"""Requests that are not framed as HTTP/1.1 wants it: refused as problem documents, and nothing of them travels."""

from __future__ import annotations

import time
from typing import BinaryIO

import pytest

from tests.gateway.conftest import Recorded
from tests.gateway.running import Server
from tests.gateway.wire import Wire, exchange
from tests.tokens import token

POST = b"POST /api/v1/enrolments HTTP/1.1\r\nHost: g\r\nContent-Type: application/json\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n"
BODY_PATIENCE = 20.0
"""Less than a worker waits for a body."""

SMUGGLED = b"GET /api/v1/regions HTTP/1.1\r\nHost: g\r\n\r\n"

BAD_CHUNKS = {
    "size not a number": b"xyz\r\n{}\r\n0\r\n\r\n",
    "size with a sign": b"+2\r\n{}\r\n0\r\n\r\n",
    "size negative": b"-2\r\n{}\r\n0\r\n\r\n",
    "size with 0x": b"0x2\r\n{}\r\n0\r\n\r\n",
    "size with an underscore": b"0_2\r\n{}\r\n0\r\n\r\n",
    "size with a space before": b" 2\r\n{}\r\n0\r\n\r\n",
    "size with a space after": b"2 \r\n{}\r\n0\r\n\r\n",
    "size in other digits": "٢\r\n{}\r\n0\r\n\r\n".encode(),
    "size empty": b"\r\n{}\r\n0\r\n\r\n",
    "size with a bare LF": b"2\n{}\r\n0\r\n\r\n",
    "size with a bare CR": b"2\r{}\r\n0\r\n\r\n",
    "size with a NUL": b"2\x00\r\n{}\r\n0\r\n\r\n",
    "size with an h": b"2h\r\n{}\r\n0\r\n\r\n",
    "size a sum": b"1+1\r\n{}\r\n0\r\n\r\n",
    "size with a tab before": b"\t2\r\n{}\r\n0\r\n\r\n",
    "size with a tab after": b"2\t\r\n{}\r\n0\r\n\r\n",
    "size with a vertical tab": b"2\x0b\r\n{}\r\n0\r\n\r\n",
    "size with a no-break space": b"2\xa0\r\n{}\r\n0\r\n\r\n",
    "size in quotes": b'"2"\r\n{}\r\n0\r\n\r\n',
    "size a list": b"2,2\r\n{}\r\n0\r\n\r\n",
    "size a fraction": b"2.0\r\n{}\r\n0\r\n\r\n",
    "size in full-width digits": "２\r\n{}\r\n0\r\n\r\n".encode(),
    "size too small": b"1\r\n{}\r\n0\r\n\r\n",
    "size without an end": b"0" * 20_000,
    "extension without a name": b"2;=x\r\n{}\r\n0\r\n\r\n",
    "extension with a bare LF": b"2;a=\nb\r\n{}\r\n0\r\n\r\n",
    "extension with a bare CR": b"2;a\rb\r\n{}\r\n0\r\n\r\n",
    "extension without a semicolon": b"2 a=b\r\n{}\r\n0\r\n\r\n",
    "extension with a NUL": b"2;a=\x00\r\n{}\r\n0\r\n\r\n",
    "extension with an open quote": b'2;a="b\r\n{}\r\n0\r\n\r\n',
    "extension with two words for a name": b"2;a b=c\r\n{}\r\n0\r\n\r\n",
    "CR after the data": b"2\r\n{}\r0\r\n\r\n",
    "two line ends after the data": b"2\r\n{}\r\n\r\n0\r\n\r\n",
    "end of minus zero": b"2\r\n{}\r\n-0\r\n\r\n",
    "end of 0x0": b"2\r\n{}\r\n0x0\r\n\r\n",
    "end in a letter": b"2\r\n{}\r\nO\r\n\r\n",
    "no line end after the data": b"2\r\n{}0\r\n\r\n",
    "LF after the data": b"2\r\n{}\n0\r\n\r\n",
    "trailer that is none": b"2\r\n{}\r\n0\r\nnonsense\r\n\r\n",
    "trailer folded": b"2\r\n{}\r\n0\r\nX-A: b\r\n c\r\n\r\n",
    "trailer with a bare LF": b"2\r\n{}\r\n0\r\nX-A: b\nX-B: c\r\n\r\n",
    "trailer without a name": b"2\r\n{}\r\n0\r\n: b\r\n\r\n",
    "trailer with a coding": b"2\r\n{}\r\n0\r\nTransfer-Encoding: chunked\r\n\r\n",
    "trailer with a host": b"2\r\n{}\r\n0\r\nHost: h\r\n\r\n",
    "trailer with a length": b"2\r\n{}\r\n0\r\nContent-Length: 5\r\n\r\n",
    "trailer with a token": b"2\r\n{}\r\n0\r\nAuthorization: Bearer x\r\n\r\n",
}

BAD_HEADS = {
    "length and chunks": CHUNKED + b"Content-Length: 2\r\n\r\n0\r\n\r\n",
    "chunks and length": POST + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}",
    "two lengths": POST + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
    "two different lengths": POST + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
    "lengths in a list": POST + b"Content-Length: 2, 2\r\n\r\n{}",
    "length with a sign": POST + b"Content-Length: +2\r\n\r\n{}",
    "length negative": POST + b"Content-Length: -2\r\n\r\n{}",
    "length hexadecimal": POST + b"Content-Length: 0x2\r\n\r\n{}",
    "length with a space": POST + b"Content-Length: 2 2\r\n\r\n{}",
    "length a fraction": POST + b"Content-Length: 2.0\r\n\r\n{}",
    "length in other digits": POST + "Content-Length: ²\r\n\r\n{}".encode("latin-1"),
    "lengths in a list that differ": POST + b"Content-Length: 2, 3\r\n\r\n{}",
    "length twice in other letters": POST + b"Content-Length: 2\r\ncontent-length: 2\r\n\r\n{}",
    "length with an underscore": POST + b"Content-Length: 0_2\r\n\r\n{}",
    "length with an exponent": POST + b"Content-Length: 2e0\r\n\r\n{}",
    "length in quotes": POST + b'Content-Length: "2"\r\n\r\n{}',
    "length with a parameter": POST + b"Content-Length: 2;a=b\r\n\r\n{}",
    "length with a vertical tab": POST + b"Content-Length: \x0b2\r\n\r\n{}",
    "length and chunks in small letters": POST
    + b"transfer-encoding: chunked\r\ncontent-length: 2\r\n\r\n0\r\n\r\n",
    "length empty": POST + b"Content-Length: \r\n\r\n{}",
    "coding unknown": POST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "coding gzip after chunked": CHUNKED + b"Transfer-Encoding: gzip\r\n\r\n0\r\n\r\n",
    "two empty lines at first": b"\r\n\r\nGET /api/v1/courses HTTP/1.1\r\nHost: g\r\n\r\n",
    "bare LF at first": b"\nGET /api/v1/courses HTTP/1.1\r\nHost: g\r\n\r\n",
    "coding identity": POST + b"Transfer-Encoding: identity\r\n\r\n{}",
    "coding gzip only": POST + b"Transfer-Encoding: gzip\r\n\r\n{}",
    "coding chunked twice": POST + b"Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
    "coding chunked then identity": CHUNKED + b"Transfer-Encoding: identity\r\n\r\n0\r\n\r\n",
    "coding with a vertical tab": POST + b"Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n",
    "coding with a parameter": POST + b"Transfer-Encoding: chunked;a=b\r\n\r\n0\r\n\r\n",
    "coding in quotes": POST + b'Transfer-Encoding: "chunked"\r\n\r\n0\r\n\r\n',
    "coding with a NUL": POST + b"Transfer-Encoding: chunked\x00\r\n\r\n0\r\n\r\n",
    "coding with a no-break space": POST + b"Transfer-Encoding: \xa0chunked\r\n\r\n0\r\n\r\n",
    "coding with its letters apart": POST + b"Transfer-Encoding: chun ked\r\n\r\n0\r\n\r\n",
    "coding in HTTP/1.0": CHUNKED.replace(b"HTTP/1.1", b"HTTP/1.0") + b"\r\n0\r\n\r\n",
    "space before the colon": POST + b"Content-Length : 2\r\n\r\n{}",
    "tab before the colon": POST + b"Content-Length\t: 2\r\n\r\n{}",
    "name of two words": POST + b"X A: b\r\nContent-Length: 2\r\n\r\n{}",
    "name with a bracket": POST + b"X(A): b\r\nContent-Length: 2\r\n\r\n{}",
    "name with a letter beyond ASCII": POST + b"X-\xc3\xa9: b\r\nContent-Length: 2\r\n\r\n{}",
    "space before the first header": b"GET /api/v1/courses HTTP/1.1\r\n Host: g\r\n\r\n",
    "folded host": b"GET /api/v1/courses HTTP/1.1\r\nHost: g\r\n h\r\n\r\n",
    "folded header": POST + b"X-A: b\r\n c\r\nContent-Length: 2\r\n\r\n{}",
    "bare LF after the request line": b"GET /api/v1/courses HTTP/1.1\nHost: g\r\n\r\n",
    "bare LF after a header": b"GET /api/v1/courses HTTP/1.1\r\nHost: g\nX-A: b\r\n\r\n",
    "bare LF everywhere": b"GET /api/v1/courses HTTP/1.1\nHost: g\n\n",
    "bare LF where the head should end": b"GET /api/v1/courses HTTP/1.1\r\nHost: g\r\nX-A: b\n\n",
    "bare CR in a header": b"GET /api/v1/courses HTTP/1.1\r\nHost: g\rX-A: b\r\n\r\n",
    "NUL in a header": b"GET /api/v1/courses HTTP/1.1\r\nHost: g\r\nX-A: b\x00c\r\n\r\n",
    "header without a name": b"GET /api/v1/courses HTTP/1.1\r\nHost: g\r\n: b\r\n\r\n",
    "header without a colon": b"GET /api/v1/courses HTTP/1.1\r\nHost: g\r\nnonsense\r\n\r\n",
    "two hosts": b"GET /api/v1/courses HTTP/1.1\r\nHost: g\r\nHost: h\r\n\r\n",
    "version unknown": b"GET /api/v1/courses HTTP/3.0\r\nHost: g\r\n\r\n",
    "version in small letters": b"GET /api/v1/courses http/1.1\r\nHost: g\r\n\r\n",
    "version of two digits": b"GET /api/v1/courses HTTP/1.10\r\nHost: g\r\n\r\n",
    "version without its minor": b"GET /api/v1/courses HTTP/1\r\nHost: g\r\n\r\n",
    "version 2 by hand": b"GET /api/v1/courses HTTP/2.0\r\nHost: g\r\n\r\n",
    "something after the version": b"GET /api/v1/courses HTTP/1.1 x\r\nHost: g\r\n\r\n",
    "tabs in the request line": b"GET\t/api/v1/courses\tHTTP/1.1\r\nHost: g\r\n\r\n",
    "method with a slash": b"GE/T /api/v1/courses HTTP/1.1\r\nHost: g\r\n\r\n",
    "method with a NUL": b"GET\x00 /api/v1/courses HTTP/1.1\r\nHost: g\r\n\r\n",
    "version missing": b"GET /api/v1/courses\r\nHost: g\r\n\r\n",
    "method in small letters": b"get /api/v1/courses HTTP/1.1\r\nHost: g\r\n\r\n",
    "not HTTP": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    "HTTP/2 preface": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "expectation unknown": POST + b"Expect: miracles\r\nContent-Length: 2\r\n\r\n{}",
}


def test_there_are_a_hundred_of_them() -> None:
    assert len(BAD_CHUNKS) + len(BAD_HEADS) >= 100


def _status(answers: BinaryIO) -> int:
    """Read one answer of known length and return its status."""
    status = int(answers.readline().split()[1])
    length = 0
    while (header := answers.readline()) != b"\r\n":
        if header.lower().startswith(b"content-length:"):
            length = int(header.split(b":")[1])
    answers.read(length)
    return status


def _with_token(raw: bytes) -> bytes:
    return raw.replace(
        b"Host: g\r\n", f"Host: g\r\nAuthorization: Bearer {token()}\r\n".encode(), 1
    )


@pytest.mark.parametrize("name", BAD_CHUNKS)
def test_a_body_with_bad_chunks_is_refused_and_the_connection_ended(
    gateway: Server, recorded: Recorded, name: str
) -> None:
    with Wire.to(gateway) as wire:
        wire.send(_with_token(CHUNKED + b"\r\n") + BAD_CHUNKS[name] + SMUGGLED)
        answer = wire.receive("POST")

        assert answer.status == 400
        assert answer.problem() == "malformed-request"
        assert answer.header("Connection") == "close"
        assert wire.is_closed()
    assert recorded() == []
    assert "Traceback" not in gateway.log()


@pytest.mark.parametrize("name", BAD_HEADS)
def test_a_head_that_can_be_read_in_two_ways_is_refused_and_the_connection_ended(
    gateway: Server, recorded: Recorded, name: str
) -> None:
    with Wire.to(gateway) as wire:
        wire.send(_with_token(BAD_HEADS[name]) + SMUGGLED)
        answer = wire.receive("POST")

        assert answer.status == 400
        assert answer.problem() == "malformed-request"
        assert answer.header("Connection") == "close"
        assert wire.is_closed()
    assert recorded() == []
    assert "Traceback" not in gateway.log()


@pytest.mark.parametrize(
    "codings",
    [
        b"Transfer-Encoding: gzip, chunked",
        b"Transfer-Encoding: GZIP,Chunked",
        b"Transfer-Encoding: deflate, gzip, chunked",
        b"Transfer-Encoding: identity, chunked",
        b"Transfer-Encoding: xcoded, chunked",
        b"Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked",
        b"Transfer-Encoding: chunked, gzip, chunked",
    ],
)
def test_a_coding_beneath_the_chunks_is_not_supported_and_the_connection_ended(
    gateway: Server, recorded: Recorded, codings: bytes
) -> None:
    with Wire.to(gateway) as wire:
        wire.send(_with_token(POST + codings + b"\r\n\r\n2\r\n{}\r\n0\r\n\r\n") + SMUGGLED)
        answer = wire.receive("POST")

        assert answer.status == 501
        assert answer.problem() == "transfer-coding-not-supported"
        assert answer.header("Connection") == "close"
        assert wire.is_closed()
    assert recorded() == []
    assert "Traceback" not in gateway.log()


def test_a_chunk_larger_than_any_body_may_be_is_refused_when_that_much_has_come(
    gateway: Server, recorded: Recorded
) -> None:
    raw = _with_token(CHUNKED + b"\r\n") + b"fffffffffffffffffff\r\n" + b" " * 20_000

    answer = exchange(gateway, raw, method="POST")

    assert answer.status == 413
    assert answer.problem() == "payload-too-large"
    assert recorded() == []


@pytest.mark.parametrize(
    "declared",
    ["4001", "100001", "fffffff", "fffffffffffffffffff", "4001;name=value", "2\r\n{}\r\n10000000"],
)
def test_a_chunk_that_says_it_is_too_large_is_refused_before_any_of_it_comes(
    gateway: Server, recorded: Recorded, declared: str
) -> None:
    raw = _with_token(CHUNKED + b"\r\n") + f"{declared}\r\n".encode()
    began = time.monotonic()
    answer = exchange(gateway, raw, method="POST")

    assert answer.status == 413
    assert answer.problem() == "payload-too-large"
    assert time.monotonic() - began < BODY_PATIENCE
    assert recorded() == []


WHAT_IS_WRONG = {
    "length and chunks": "Content-Length must be one plain number, and not stand beside Transfer-Encoding.",
    "two lengths": "Content-Length must be one plain number, and not stand beside Transfer-Encoding.",
    "length hexadecimal": "Content-Length must be one plain number, and not stand beside Transfer-Encoding.",
    "coding identity": "Transfer-Encoding must be chunked, once, in HTTP/1.1.",
    "coding chunked twice": "Transfer-Encoding must be chunked, once, in HTTP/1.1.",
    "two hosts": "Host stands twice.",
    "bare LF where the head should end": "A line of the head ends in LF alone. End each in CR LF.",
    "bare LF after a header": "A header has a control character in its value, or no colon after its name.",
    "header without a colon": "A line of the head is not a header: name, colon, value.",
    "NUL in a header": "A header has a control character in its value, or no colon after its name.",
}


@pytest.mark.parametrize("name", WHAT_IS_WRONG)
def test_a_bad_head_is_told_what_is_wrong_with_it(gateway: Server, name: str) -> None:
    answer = exchange(gateway, _with_token(BAD_HEADS[name]), method="POST")

    assert answer.json()["detail"] == WHAT_IS_WRONG[name]


def test_a_well_framed_chunked_body_travels_whole(gateway: Server, recorded: Recorded) -> None:
    body = b'5;name=value\r\n{"a":\r\n3;q="\\"x"\r\n 1}\r\n0\r\nX-Trailer: dropped\r\n\r\n'

    assert exchange(gateway, _with_token(CHUNKED + b"\r\n") + body, method="POST").status == 200
    (seen,) = recorded()
    assert seen["body_size"] == 8
    assert seen["headers"]["content-length"] == "8"
    assert "x-trailer" not in seen["headers"]


def test_requests_sent_in_one_piece_are_answered_in_their_order(
    gateway: Server, recorded: Recorded
) -> None:
    first = _with_token(POST + b"Content-Length: 2\r\n\r\n{}")
    with Wire.to(gateway) as wire:
        wire.send(first + SMUGGLED + first)
        with wire.socket.makefile("rb") as answers:
            statuses = [_status(answers) for _ in range(3)]

    assert statuses == [200, 200, 200]
    assert [entry["target"] for entry in recorded()] == [
        "/api/v1/enrolments",
        "/api/v1/regions",
        "/api/v1/enrolments",
    ]


def test_a_body_that_ends_before_its_length_is_refused(gateway: Server, recorded: Recorded) -> None:
    with Wire.to(gateway) as wire:
        wire.send(_with_token(POST + b"Content-Length: 20\r\n\r\n{}"))
        wire.socket.shutdown(1)
        answer = wire.receive("POST")

    assert answer.status == 400
    assert answer.problem() == "malformed-request"
    assert recorded() == []


def test_a_client_may_wait_to_be_told_to_continue(gateway: Server, recorded: Recorded) -> None:
    with Wire.to(gateway) as wire:
        wire.send(_with_token(POST + b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\n"))
        assert wire.socket.recv(100).startswith(b"HTTP/1.1 100 Continue\r\n\r\n")
        wire.send(b"{}")
        assert wire.receive("POST").status == 200
    assert recorded()[0]["body_size"] == 2
