"""How every web process of Balai is served; gunicorn reads this file, and this file reads the environment.

BIND (host:port) where to listen · WEB_WORKERS processes (enrolment on SQLite: 1) · WORKER `thread` (behind the gateway)
or `gevent` (facing the network) · THREADS requests at a time in a `thread` process · GRACEFUL_SECONDS to finish
what was begun after SIGTERM · KEEPALIVE_SECONDS an idle connection is kept · LOG_LEVEL.
"""

import errno
import os
import socket
import sys
import time
from collections.abc import Iterable
from typing import Any

from gunicorn.errors import HaltServer

_WORKERS = {
    "thread": "chassis.serving.ThreadWorker",
    "gevent": "chassis.serving.GeventWorker",
}


def _whole(name: str, text: str) -> int:
    """Read a whole number from 1 on, or end with a line that says what is wrong."""
    if not (text.isascii() and text.isdigit() and 0 < len(text) < 6 and int(text)):
        sys.exit(f"{name} must be a whole number from 1 to 99999, not {text[:40]!r}")
    return int(text)


def _one_of(name: str, text: str, allowed: Iterable[str]) -> str:
    """Read one of a few words, or end with a line that says what is wrong."""
    if text not in (words := list(allowed)):
        sys.exit(f"{name} must be one of {', '.join(words)}, not {text[:40]!r}")
    return text


def _host_and_port(name: str, text: str) -> str:
    """Read where to listen, or end with a line that says what is wrong."""
    host, _, port = text.rpartition(":")
    if not (host and port.isascii() and port.isdigit() and len(port) < 6 and int(port) < 65_536):
        sys.exit(f"{name} must be host:port, not {text[:80]!r}")
    return text


# The name in the log: `catalog` for `gunicorn … 'services.catalog.app:create_app()'`.
proc_name = sys.argv[-1].partition(".app:")[0].rpartition(".")[2] or None
bind = _host_and_port("BIND", os.environ.get("BIND", "127.0.0.1:8000"))
workers = _whole("WEB_WORKERS", os.environ.get("WEB_WORKERS", "1"))
worker_class = _WORKERS[_one_of("WORKER", os.environ.get("WORKER", "thread"), _WORKERS)]
threads = _whole("THREADS", os.environ.get("THREADS", "16"))
# Idle connections count. When they get crowded, the gevent worker lets the longest idle ones go.
worker_connections = 4_096

graceful_timeout = _whole("GRACEFUL_SECONDS", os.environ.get("GRACEFUL_SECONDS", "30"))
# Longer than any caller of ours keeps a connection: a request must not meet its closing end.
keepalive = _whole("KEEPALIVE_SECONDS", os.environ.get("KEEPALIVE_SECONDS", "75"))

# Of gunicorn's two parsers always the one that our tests try: the other is used wherever its package happens to lie
# about, and takes headers that run over several lines.
http_parser = "python"
# Nobody is believed about the scheme or the path of a request, whoever connects: of a proxy's headers the gateway
# reads X-Forwarded-For, as often as PROXIES_IN_FRONT says. So it need not be known who connects, which gunicorn would
# look up for each request, a twentieth of the gateway's time.
secure_scheme_headers: dict[str, str] = {}
forwarder_headers = ""
forwarded_allow_ips = "*"
# Nor may anybody change the protocol, which gunicorn would ask the same list for.
http_protocols = "h1"
http2_cleartext = "off"
limit_request_line = 8_190
limit_request_fields = 100
limit_request_field_size = 8_190

# A connection pool or a thread made before a fork does not survive it; every process makes its own.
preload_app = False
# The heartbeat file of a worker must not wait for a disk.
_MEMORY = "/dev/shm"  # noqa: S108 - gunicorn makes a file of its own there
worker_tmp_dir = _MEMORY if os.access(_MEMORY, os.W_OK) else None
# One control socket per account would be shared by all of our processes; signals do what we need.
control_socket_disable = True

loglevel = _one_of(
    "LOG_LEVEL", os.environ.get("LOG_LEVEL", "info").lower(), ("debug", "info", "warning", "error")
)
logger_class = "chassis.observability.GunicornLogger"
accesslog = None

_TRIES = 5
"""Times to try, a second apart: whoever listened there may be about to end."""


def on_starting(server: Any) -> None:
    """End with one line that names BIND where nobody can listen there; gunicorn would say it eleven times over.

    What else is done here once for a server: a worker that gives up while it stops does not end it in a traceback.
    """
    _let_it_stop_to_the_end(server)
    if server.master_pid or "LISTEN_FDS" in os.environ:  # its sockets are handed on to it
        return
    for tries_left in reversed(range(_TRIES)):
        error = _refusal_of(server.cfg.address[0])
        if error is None:
            return
        if error.errno != errno.EADDRINUSE or not tries_left:
            server.log.critical("BIND %s cannot be listened at: %s", bind, error.strerror)
            sys.exit(1)
        time.sleep(1)


def _let_it_stop_to_the_end(server: Any) -> None:
    """Have a server wait for all of its workers also where one gives up meanwhile, which gunicorn raises out of it."""
    stop = server.stop

    def stop_to_the_end(graceful: bool = True) -> None:
        while True:
            try:
                stop(graceful)
            except HaltServer:
                continue  # raised once for each such worker, which has ended by then
            return

    server.stop = stop_to_the_end


def _refusal_of(address: tuple[str, int]) -> OSError | None:
    """Return what the system says against listening at an address; nothing listens there meanwhile."""
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as gunicorn does
        try:
            probe.bind(address)
        except OSError as error:
            return error
    return None
