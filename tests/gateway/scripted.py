"""A service that does on each connection exactly what a test says, well-behaved or not."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from tests.tokens import PUBLIC_JWK

KEYS = json.dumps({"keys": [PUBLIC_JWK]}).encode()
Script = Callable[["Visit"], None]


@dataclass
class Visit:
    """One connection to the service, and the requests read from it so far."""

    socket: socket.socket
    number: int
    requests: list[bytes]

    def read_request(self) -> bytes:
        """Read one request with the body that its Content-Length says; nothing where the connection ended."""
        data = b""
        while b"\r\n\r\n" not in data:
            piece = self.socket.recv(65_536)
            if not piece:
                return b""
            data += piece
        head, _, body = data.partition(b"\r\n\r\n")
        length = 0
        for line in head.lower().split(b"\r\n"):
            if line.startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        while len(body) < length:
            body += self.socket.recv(65_536)
        self.requests.append(head)
        return head

    def send(self, raw: bytes) -> None:
        self.socket.sendall(raw)

    def answer(self, body: bytes = b"{}") -> None:
        """Send a small, whole answer that keeps the connection."""
        self.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))

    def reset(self) -> None:
        """End the connection with a reset."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
        self.socket.close()


@dataclass
class Scripted:
    """The service: where it listens, what it was asked, and what it does; `script` may be changed at any time."""

    listener: socket.socket
    script: Script
    requests: list[bytes] = field(default_factory=list)
    visits: int = 0
    _visitors: list[socket.socket] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.listener.getsockname()[1]}"

    def serve(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.visits += 1
            self._visitors.append(connection)
            threading.Thread(target=self._host, args=(connection, self.visits)).start()

    def end(self) -> None:
        """Stop listening and end every connection."""
        with suppress(OSError):  # ended before
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.drop_visitors()

    def drop_visitors(self) -> None:
        """End every connection that is open, as a service does that stops."""
        for visitor in self._visitors:
            with suppress(OSError):  # gone by itself
                visitor.shutdown(socket.SHUT_RDWR)
        self._visitors.clear()

    def _host(self, connection: socket.socket, number: int) -> None:
        with connection:
            try:
                self.script(Visit(connection, number, self.requests))
            except OSError:
                return


@contextmanager
def scripted(script: Script) -> Iterator[Scripted]:
    """Run a scripted service until the block ends."""
    service = Scripted(socket.create_server(("127.0.0.1", 0)), script)
    thread = threading.Thread(target=service.serve)
    thread.start()
    try:
        yield service
    finally:
        service.end()
        thread.join(timeout=10)


def behave(visit: Visit) -> None:
    """Answer every request properly, the one for keys with the tests' key."""
    while head := visit.read_request():
        visit.answer(KEYS if b"jwks.json" in head else b"{}")
