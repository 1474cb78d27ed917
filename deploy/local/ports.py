"""Which TCP ports of this machine can be listened on."""

from __future__ import annotations

import random
import socket
import sys
from collections.abc import Iterator

LOOPBACK = "127.0.0.1"

# Below the range from which the kernel takes ports for outgoing connections (32768 and up on Linux): a port that is
# free now must still be free when the process it is meant for has started.
INNER_PORTS = range(20_000, 30_000)


def is_free(port: int) -> bool:
    """Tell whether a server could listen on this port of the loopback address now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As servers do: a port is not taken by connections of yesterday's server that are still winding down.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


class HeldPorts:
    """Ports of one system, kept for it while its processes come and go.

    Without it, a system that is started meanwhile could take the port of a process that is just being started again. On
    Linux a socket that is bound and does not listen is in the way of nobody who listens as servers do, with
    `SO_REUSEADDR`, and of everybody else. Elsewhere it would be in everybody's way: there nothing is held.
    """

    def __init__(self, order: random.Random) -> None:
        """Choose ports in an order of the caller's choosing."""
        self._free = free_ports(order)
        self._holders: list[socket.socket] = []

    def take(self) -> int:
        """Return a port that is free, held from now on."""
        return next(port for port in self._free if self.hold(port))

    def hold(self, port: int) -> bool:
        """Hold a port, and tell whether nobody else listens on it or holds it."""
        holder = _bound(port)
        if holder is None:
            return False
        if sys.platform == "linux":
            holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self._holders.append(holder)
        else:
            holder.close()
        return True

    def release(self) -> None:
        """Hold nothing any longer."""
        while self._holders:
            self._holders.pop().close()


def free_ports(order: random.Random) -> Iterator[int]:
    """Yield ports that nobody listens on or holds, none of them twice, in an order of the caller's choosing."""
    for port in order.sample(INNER_PORTS, len(INNER_PORTS)):
        if (found := _bound(port)) is not None:
            found.close()
            yield port


def _bound(port: int) -> socket.socket | None:
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        bound.bind((LOOPBACK, port))
    except OSError:
        bound.close()
        return None
    return bound
