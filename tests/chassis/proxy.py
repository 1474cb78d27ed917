"""A network between a service and PostgreSQL that fails when a test wants it to."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import Enum
from typing import Self

import sqlalchemy as sa

from chassis.pooler import is_behind_pooler

_COMMIT = b"COMMIT\x00"
"""The end of the message by which psycopg commits."""


class Cut(Enum):
    """When a connection is cut at COMMIT."""

    BEFORE = "the server never hears of the COMMIT"
    AFTER = "the server has committed, and its answer is lost"


@dataclass
class _Session:
    """One connection's client and server. The first COMMITs can be those of its own setting-up, and are never cut."""

    client: socket.socket
    server: socket.socket
    commits_setting_up: int
    commits: int = 0
    answer_is_lost: bool = False


Forward = Callable[[_Session, bytes], bool]


class Proxy:
    """Forwards connections to a server, cuts as many as it was told to at their COMMIT, and can be closed to new ones.

    `commits` counts the COMMITs that came from clients, `cut` those that were cut.
    """

    def __init__(self, target: tuple[str, int], *, commits_setting_up: int = 1) -> None:
        self.commits = 0
        self.cut = 0
        self._target = target
        self._commits_setting_up = commits_setting_up
        self._cuts: list[Cut] = []
        self._refusing = False
        self._refuse_after_cut = False
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: set[socket.socket] = set()
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def port(self) -> int:
        port: int = self._listener.getsockname()[1]
        return port

    def cut_next(self, *cuts: Cut, then_refuse: bool = False) -> None:
        """Cut the next connections that commit, each in its way; then let nobody connect, if so told."""
        self._cuts, self._refuse_after_cut = list(cuts), then_refuse

    def refuse(self) -> None:
        """Cut every connection and let nobody connect."""
        self._refusing = True
        for each in list(self._open):
            _shut(each)

    def restore(self) -> None:
        """Let connections through again, untouched."""
        self._refusing, self._refuse_after_cut, self._cuts = False, False, []

    def close(self) -> None:
        self.refuse()
        _shut(self._listener)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            if self._refusing:
                _shut(client)
                continue
            try:
                server = socket.create_connection(self._target)
            except OSError:  # it is away, and whoever asked for it is told so
                _shut(client)
                continue
            self._open |= {client, server}
            session = _Session(client, server, self._commits_setting_up)
            for way in ((client, session, self._from_client), (server, session, self._from_server)):
                threading.Thread(target=self._pump, args=way, daemon=True).start()

    def _pump(self, source: socket.socket, session: _Session, forward: Forward) -> None:
        with suppress(OSError):
            while data := source.recv(65_536):
                if not forward(session, data):
                    break
        for each in (session.client, session.server):
            _shut(each)
            self._open.discard(each)

    def _from_client(self, session: _Session, data: bytes) -> bool:
        cut = self._cut_at(session, data)
        session.answer_is_lost = cut is Cut.AFTER
        if cut is not Cut.BEFORE:
            session.server.sendall(data)
        return cut is not Cut.BEFORE

    def _from_server(self, session: _Session, data: bytes) -> bool:
        if not session.answer_is_lost:
            session.client.sendall(data)
        return not session.answer_is_lost

    def _cut_at(self, session: _Session, data: bytes) -> Cut | None:
        if not data.endswith(_COMMIT):
            return None
        session.commits += 1
        if session.commits <= session.commits_setting_up:
            return None
        with self._lock:
            self.commits += 1
            if not self._cuts:
                return None
            self.cut += 1
            self._refusing = self._refuse_after_cut
            return self._cuts.pop(0)


def _shut(each: socket.socket) -> None:
    with suppress(OSError):
        each.shutdown(socket.SHUT_RDWR)
    each.close()


@contextmanager
def proxied(url: str) -> Iterator[tuple[Proxy, str]]:
    """Put a proxy before the server of a database's address; give it with the address that leads through it."""
    address = sa.make_url(url)
    assert address.host is not None
    sets_up = 0 if is_behind_pooler(address) else 1
    with Proxy((address.host, address.port or 5432), commits_setting_up=sets_up) as proxy:
        through = address.set(host="127.0.0.1", port=proxy.port)
        yield proxy, through.render_as_string(hide_password=False)
