"""The caller's end of the connection: its address, and whether it is still there."""

from __future__ import annotations

import socket
from collections.abc import Callable, Mapping
from ipaddress import ip_address
from typing import Any

from gevent.monkey import get_original

from chassis.serving.exchange import INPUT_ENDED

_poll: Callable[[], Any] = get_original("select", "poll")
_POLLIN = 1


def client_address(environ: Mapping[str, Any], *, proxies_in_front: int) -> str:
    """Return the caller's network address.

    With proxies of our own in front it is what the outermost of them saw; what stands further left in
    X-Forwarded-For anybody can write.
    """
    direct = str(environ["REMOTE_ADDR"])
    seen = [entry.strip() for entry in environ.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    if not proxies_in_front or len(seen) < proxies_in_front:
        return direct
    try:
        return str(ip_address(seen[-proxies_in_front]))
    except ValueError:
        return direct


def has_left(environ: Mapping[str, Any]) -> bool:
    """Tell whether the caller has closed its connection. Where we have ended its input ourselves, nobody can tell."""
    if environ.get(INPUT_ENDED):
        return False
    client = environ["gunicorn.socket"]
    poll = _poll()
    poll.register(client.fileno(), _POLLIN)
    if not poll.poll(0):
        return False
    try:
        return not client.recv(1, socket.MSG_PEEK)
    except OSError:
        return True
