"""How a stopping worker leaves its listeners, so that nobody who connected is reset.

When the last process that holds a listener closes it, the kernel resets every connection that was established but
not yet accepted. Draining the backlog first is not enough, since another connection can arrive between the last
accept and the close. So a leaving worker first has the kernel drop newcomers (a socket filter that discards SYN
segments), lets handshakes under way finish, accepts what is there, and closes. A dropped newcomer tries again after
a second by itself, and meets whoever listens then. Some kernels keep filters for the superuser; there the listener
asks for a time to live that no packet has, which drops newcomers too, and must be taken back from whoever is accepted.
Where a kernel has neither, the gap stays.

The filter is the listener's, not the process's. So it is set only where everybody who still holds the listener is
leaving too: the parent has closed it, which it does only to stop, and what is left are its workers. Otherwise (a
reload, a worker that is replaced, an init system that lent the listener) it is simply closed, and the others serve
its backlog.
"""

from __future__ import annotations

import ctypes
import os
import select
import socket
import struct
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

SETTLING = 0.05
"""Seconds for handshakes under way to finish."""

HANDING_OVER = 0.25
"""Seconds to wait for the parent to close its copy, where both were told to stop at once."""

_SO_ATTACH_FILTER = 26
_IP_MINTTL = 21
_IPV6_MINHOPCOUNT = 73
_LONGEST_TIME_TO_LIVE = 255
_LEAST_TIME_TO_LIVE = {
    socket.AF_INET: (socket.IPPROTO_IP, _IP_MINTTL),
    socket.AF_INET6: (socket.IPPROTO_IPV6, _IPV6_MINHOPCOUNT),
}
_KERNEL_FILTER = (
    struct.pack(  # on the TCP header: load flags; keep SYN and ACK; SYN alone is dropped
        "HBBI" * 5,
        *(0x30, 0, 0, 13),
        *(0x54, 0, 0, 0x12),
        *(0x15, 0, 1, 0x02),
        *(0x06, 0, 0, 0),
        *(0x06, 0, 0, 0xFFFFFFFF),
    )
)


def drain(listeners: Iterable[Any], *, pause: Callable[[float], None], until: float) -> None:
    """Wait until everyone who connected is accepted and nobody else can connect; the caller closes next.

    The caller goes on accepting during `pause(seconds)`. `until` is an instant of the monotonic clock.
    """
    ending = [listener for listener in listeners if _is_ending(listener, pause=pause)]
    for listener in ending:
        refuse_newcomers(listener)
    settled = time.monotonic() + SETTLING
    while ending and (left := settled - time.monotonic()) > 0:
        pause(left)
    while any(has_waiting(listener) for listener in ending) and time.monotonic() < until:
        pause(0.005)


def parent_is_leaving(listeners: Iterable[Any]) -> bool:
    """Tell whether the parent has closed a listener, which it does before it tells its workers to stop.

    A worker that was just forked still has its parent's signal handlers, and so misses being told.
    """
    parent = os.getppid()
    return not all(_holds(parent, _name(listener), unknown=True) for listener in listeners)


def refuse_newcomers(listener: Any) -> bool:
    """Have the kernel drop whoever tries to connect from now on; tell whether it can."""
    if sys.platform != "linux" or listener.family not in _LEAST_TIME_TO_LIVE:
        return False
    return filter_newcomers(listener) or outlive_newcomers(listener)


def filter_newcomers(listener: Any) -> bool:
    """Drop the first packet of every new connection; tell whether the kernel permits it."""
    code = ctypes.create_string_buffer(_KERNEL_FILTER)
    program = struct.pack("HL", 5, ctypes.addressof(code))
    return _set(listener, socket.SOL_SOCKET, _SO_ATTACH_FILTER, program)


def outlive_newcomers(listener: Any) -> bool:
    """Drop packets that may have passed a router, as all that common systems send; tell whether the kernel can.

    A handshake under way is finished, but what is accepted after it needs `welcome`.
    """
    return _set(listener, *_LEAST_TIME_TO_LIVE[listener.family], _LONGEST_TIME_TO_LIVE)


def welcome(client: Any) -> None:
    """Let a connection that was accepted while newcomers were refused receive like any other."""
    if sys.platform == "linux" and client.family in _LEAST_TIME_TO_LIVE:
        _set(client, *_LEAST_TIME_TO_LIVE[client.family], 0)


def _set(sock: Any, level: int, option: int, value: int | bytes) -> bool:
    try:
        sock.setsockopt(level, option, value)
    except OSError:
        return False
    return True


def has_waiting(listener: Any) -> bool:
    """Tell whether somebody connected and was not accepted yet."""
    poll = select.poll()
    poll.register(listener.fileno(), select.POLLIN)
    return bool(poll.poll(0))


def _is_ending(listener: Any, *, pause: Callable[[float], None]) -> bool:
    """Tell whether everybody who holds the listener is leaving it."""
    given_up = time.monotonic() + HANDING_OVER
    while not _only_workers_hold(listener):
        if time.monotonic() > given_up:
            return False
        pause(0.02)
    return True


def _only_workers_hold(listener: Any) -> bool:
    """Tell whether only this process and other workers of its parent hold a listener, as far as can be seen."""
    parent = os.getppid()
    name = _name(listener)
    if _was_handed_down(parent) or _holds(parent, name, unknown=True):
        return False
    others = (int(entry.name) for entry in Path("/proc").glob("[0-9]*"))
    return all(
        _parent_of(other) == parent and not _was_handed_down(other)
        for other in others
        if other != os.getpid() and _holds(other, name)
    )


def _name(listener: Any) -> str:
    """Return how the kernel names a listener among a process's open files."""
    return f"socket:[{os.fstat(listener.fileno()).st_ino}]"


def _parent_of(process: int) -> int:
    try:
        status = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return 0
    return int(status.rpartition(")")[2].split()[1])


def _holds(process: int, name: str, *, unknown: bool = False) -> bool:
    """Tell whether a process has a file of this name open; `unknown` where that cannot be seen."""
    try:
        descriptors = list(Path(f"/proc/{process}/fd").iterdir())
    except FileNotFoundError:
        return False
    except OSError:
        return unknown
    return any(_target(descriptor) == name for descriptor in descriptors)


def _target(link: Path) -> str:
    try:
        return str(link.readlink())
    except OSError:  # closed meanwhile
        return ""


def _was_handed_down(process: int) -> bool:
    """Tell whether a process got its listeners from an init system or from the master it replaces."""
    try:
        environment = Path(f"/proc/{process}/environ").read_bytes().split(b"\0")
    except OSError:
        return False
    return any(entry.startswith((b"LISTEN_FDS=", b"GUNICORN_FD=")) for entry in environment)
