"""How a stopping worker leaves its listeners, so that nobody who connected is reset.

When the last process that holds a listener closes it, the kernel resets every connection that was established but
not yet accepted. Draining the backlog first is not enough, since another connection can arrive between the last
accept and the close. So the last holder first has the kernel drop newcomers (a socket filter that discards SYN
segments), lets handshakes under way finish, accepts what is there, and closes. A dropped newcomer tries again after
a second by itself, and meets whoever listens then. Where the kernel has no such filter, the gap stays: some
microseconds.

A listener that somebody else still holds (the parent at a reload, another worker, an activating init system) is
simply closed: its backlog is served by them, and a filter would be theirs too.
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
    ours = [listener for listener in listeners if _is_ours_alone(listener, pause=pause)]
    for listener in ours:
        refuse_newcomers(listener)
    settled = time.monotonic() + SETTLING
    while ours and (left := settled - time.monotonic()) > 0:
        pause(left)
    while any(has_waiting(listener) for listener in ours) and time.monotonic() < until:
        pause(0.005)


def refuse_newcomers(listener: Any) -> bool:
    """Have the kernel drop whoever tries to connect from now on; tell whether it can."""
    if sys.platform != "linux" or listener.family not in (socket.AF_INET, socket.AF_INET6):
        return False
    code = ctypes.create_string_buffer(_KERNEL_FILTER)
    program = struct.pack("HL", 5, ctypes.addressof(code))
    try:
        listener.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, program)
    except OSError:
        return False
    return True


def has_waiting(listener: Any) -> bool:
    """Tell whether somebody connected and was not accepted yet."""
    poll = select.poll()
    poll.register(listener.fileno(), select.POLLIN)
    return bool(poll.poll(0))


def _is_ours_alone(listener: Any, *, pause: Callable[[float], None]) -> bool:
    """Tell whether closing the listener would end it.

    Of several workers told to stop at once the one with the highest number stays to the last.
    """
    given_up = time.monotonic() + HANDING_OVER
    while True:
        others = _other_holders(listener)
        if not others:
            return True
        if any(other > os.getpid() for other in others) or time.monotonic() > given_up:
            return False
        pause(0.02)


def _other_holders(listener: Any) -> set[int]:
    """Return the numbers of the processes that hold a listener beside this one, as far as they can be seen."""
    parent = os.getppid()
    if _was_handed_down(parent):
        return {0}
    name = f"socket:[{os.fstat(listener.fileno()).st_ino}]"
    holders = {parent} if _holds(parent, name, unknown=True) else set()
    if holders:
        return holders
    numbers = (int(entry.name) for entry in Path("/proc").glob("[0-9]*"))
    return {number for number in numbers if number != os.getpid() and _holds(number, name)}


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


def _was_handed_down(parent: int) -> bool:
    """Tell whether the parent got its listeners from an init system or from the master it replaces."""
    try:
        environment = Path(f"/proc/{parent}/environ").read_bytes().split(b"\0")
    except OSError:
        return False
    return any(entry.startswith((b"LISTEN_FDS=", b"GUNICORN_FD=")) for entry in environment)
