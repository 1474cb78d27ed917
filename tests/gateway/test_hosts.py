"""The Host header: whatever names no host is refused, whichever it is nobody asks (RFC 9112 section 3.2)."""

from __future__ import annotations

import pytest

from tests.gateway.conftest import Recorded
from tests.gateway.running import Server
from tests.gateway.wire import Wire

COURSES = "/api/v1/courses"


@pytest.mark.parametrize(
    "host",
    [
        "a b",
        "x/y",
        "x@y",
        "a,b",
        "<script>",
        "x:abc",
        "x:99999999",
        "http://x",
        "[::1",
        "x\tz",
        "é",
    ],
)
def test_a_host_that_is_none_is_malformed(gateway: Server, recorded: Recorded, host: str) -> None:
    for target in (COURSES, f"http://gateway.test{COURSES}"):
        with Wire.to(gateway) as wire:
            wire.send(f"GET {target} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
            assert wire.receive().problem() == "malformed-request"
            assert wire.is_closed()
    assert recorded() == []


@pytest.mark.parametrize("host", ["gateway.test", "127.0.0.1:8000", "[::1]:80", "x_y-z.test:", ""])
def test_a_host_may_have_a_port_or_be_left_empty(gateway: Server, host: str) -> None:
    with Wire.to(gateway) as wire:
        wire.send(f"GET {COURSES} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        assert wire.receive().status != 400
