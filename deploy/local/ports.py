"""Which TCP ports of this machine can be listened on."""

from __future__ import annotations

import random
import socket
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


def free_ports(order: random.Random) -> Iterator[int]:
    """Yield ports that are free, none of them twice, tried in an order of the caller's choosing."""
    for port in order.sample(INNER_PORTS, len(INNER_PORTS)):
        if is_free(port):
            yield port
