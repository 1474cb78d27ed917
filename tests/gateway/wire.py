"""A client that sends exactly the bytes it is given, and reads answers as any HTTP client would."""

from __future__ import annotations

import json
import socket
from dataclasses import dataclass, field
from http.client import HTTPResponse
from typing import Any, Self

from tests.gateway.running import Server

PATIENCE = 60.0


@dataclass
class Received:
    """An answer: status, headers in their order, body."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes
    closes: bool

    def header(self, name: str) -> str | None:
        """Return a header that stands at most once."""
        values = self.all(name)
        assert len(values) < 2, f"{name} stands {len(values)} times"
        return values[0] if values else None

    def all(self, name: str) -> list[str]:
        """Return every value of a header."""
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def json(self) -> Any:
        return json.loads(self.body)

    def problem(self) -> str:
        """Return the code of the problem document that this is."""
        document = self.json()
        assert self.header("Content-Type") == "application/problem+json"
        assert document["status"] == self.status
        assert document["type"] == f"/problems/{document['code']}"
        assert document["title"]
        assert document["detail"]
        assert document["request_id"] == self.header("X-Request-Id")
        return str(document["code"])


@dataclass
class Wire:
    """One connection."""

    socket: socket.socket = field(repr=False)

    @classmethod
    def to(cls, server: Server | int) -> Self:
        port = server if isinstance(server, int) else server.port
        return cls(socket.create_connection(("127.0.0.1", port), timeout=PATIENCE))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, raw: bytes) -> None:
        self.socket.sendall(raw)

    def receive(self, method: str = "GET") -> Received:
        """Read one whole answer."""
        response = HTTPResponse(self.socket, method=method)
        try:
            response.begin()
            body = response.read()
            return Received(response.status, response.getheaders(), body, response.will_close)
        finally:
            response.close()

    def is_closed(self) -> bool:
        """Wait for the other side's end; tell whether it ended without sending anything more."""
        return self.socket.recv(1) == b""


def exchange(server: Server | int, raw: bytes, *, method: str = "GET") -> Received:
    """Send raw bytes over a new connection and read one answer."""
    with Wire.to(server) as wire:
        wire.send(raw)
        return wire.receive(method)


def request(
    server: Server | int,
    method: str,
    target: str,
    *,
    headers: dict[str, str] | None = None,
    body: bytes | None = None,
) -> Received:
    """Send one well-formed request over a new connection and read its answer."""
    return exchange(server, written(method, target, headers=headers, body=body), method=method)


def written(
    method: str,
    target: str,
    *,
    headers: dict[str, str] | None = None,
    body: bytes | None = None,
) -> bytes:
    """Write a well-formed request."""
    lines = [f"{method} {target} HTTP/1.1", "Host: gateway.test"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    if body is not None:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + (body or b"")
