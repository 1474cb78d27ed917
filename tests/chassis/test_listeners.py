"""Leaving a listener: who had connected is served, who comes later meets whoever listens next."""

from __future__ import annotations

import contextlib
import errno
import select
import socket
from collections.abc import Iterator

import pytest

from chassis.serving.listeners import outlive_newcomers, refuse_newcomers, welcome

ADDRESSES = {socket.AF_INET: "127.0.0.1", socket.AF_INET6: "::1"}
TIMEOUT = 20


def _families() -> list[socket.AddressFamily]:
    """Return the families of addresses this machine has; many containers have no IPv6."""
    found = []
    for family, address in ADDRESSES.items():
        with contextlib.suppress(OSError), socket.create_server((address, 0), family=family):
            found.append(family)
    return found


@pytest.fixture(params=_families(), ids=lambda family: family.name)
def listener(request: pytest.FixtureRequest) -> Iterator[socket.socket]:
    made = socket.create_server((ADDRESSES[request.param], 0), family=request.param)
    made.settimeout(TIMEOUT)
    with contextlib.closing(made):
        yield made


def _connect(listener: socket.socket, *, timeout: float = TIMEOUT) -> socket.socket:
    return socket.create_connection(listener.getsockname()[:2], timeout=timeout)


def test_who_comes_too_late_is_not_reset_and_meets_the_next_listener(
    listener: socket.socket,
) -> None:
    address, family = listener.getsockname()[:2], listener.family
    with _connect(listener) as early, socket.socket(family) as late:
        assert refuse_newcomers(listener)
        late.setblocking(False)
        assert late.connect_ex(address) == errno.EINPROGRESS
        _serve_one(listener, b"early")
        assert early.recv(5) == b"early"
        assert select.select([], [late], [], 0) == ([], [], [])
        listener.close()
        with socket.create_server(address, family=family) as successor:
            successor.settimeout(TIMEOUT)
            _serve_one(successor, b"late")
        late.settimeout(TIMEOUT)
        assert late.recv(4) == b"late"


def _serve_one(listener: socket.socket, answer: bytes) -> None:
    accepted, _ = listener.accept()
    with contextlib.closing(accepted):
        accepted.sendall(answer)


def test_without_the_superusers_filter_newcomers_wait_too(listener: socket.socket) -> None:
    assert outlive_newcomers(listener)
    with pytest.raises(TimeoutError):
        _connect(listener, timeout=0.2)


def test_who_is_accepted_in_between_is_heard_after_the_welcome(listener: socket.socket) -> None:
    with _connect(listener) as client:
        accepted, _ = listener.accept()
        with contextlib.closing(accepted):
            accepted.settimeout(0.2)
            assert outlive_newcomers(accepted)
            client.sendall(b"hello")
            with pytest.raises(TimeoutError):
                accepted.recv(5)
            accepted.settimeout(TIMEOUT)
            welcome(accepted)
            assert accepted.recv(5) == b"hello"
