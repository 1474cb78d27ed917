"""The worker that faces the network: one greenlet a connection, so that idle and slow clients cost only memory."""

from __future__ import annotations

import os
import resource
import socket
import time
from contextlib import suppress
from functools import partial
from itertools import islice
from typing import Any, ClassVar

import gevent
from gevent.event import Event
from gevent.monkey import get_original
from gevent.pool import Pool
from gevent.server import StreamServer
from gunicorn.workers import ggevent

from chassis.serving.exchange import ClientGone, answer, discard_rest
from chassis.serving.listeners import drain, parent_is_leaving, welcome
from chassis.serving.patience import Patience, bounded_parser
from chassis.serving.refusals import RefusesInProblemDocuments
from chassis.serving.starting import SaysWhyItCannotStart

IDLE_AT_STOP = 1.0
"""Seconds that a stopping worker keeps idle connections, for a request that may be on its way."""

LINGERING = 2.0
"""Seconds to let a client take its answer before the connection is closed under it."""

ROOMY = 0.9
"""The share of its connections up to which a worker leaves idle ones alone."""

TICK = 0.25
"""Seconds between two looks at whether it is crowded."""

SAFE_FROM_EVICTION = 1.0
"""Seconds that a connection may be idle, however crowded it is."""

_plain_socket: Any = get_original("socket", "socket")


class GeventWorker(SaysWhyItCannotStart, RefusesInProblemDocuments, ggevent.GeventWorker):
    """gunicorn's gevent worker with bounds, problem documents and a stop that loses nothing.

    `worker_connections` bounds the connections, idle ones included; `keepalive` is how long one may be idle.
    """

    patience: ClassVar[Patience] = Patience()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._waiting: dict[Any, float] = {}
        self._ended: set[Any] = set()
        self._stopped: Event | None = None

    def init_process(self) -> None:
        """Allow as many open files as the system lets us, then start serving."""
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
        super().init_process()

    def handle_exit(self, sig: int, frame: Any) -> None:  # noqa: ARG002
        """Stop gracefully (SIGTERM)."""
        self._stop()

    def run(self) -> None:
        """Serve until told to stop, then leave without losing anyone."""
        self._stopped = stopped = Event()
        self._connections = Pool(self.worker_connections)
        servers = [self._serve(listener) for listener in self.sockets]
        if parent_is_leaving(self.sockets):
            self.alive = False
        while self.alive:
            self.notify()
            self._make_room()
            stopped.wait(TICK)
        self._leave(servers)

    def handle(self, server: Any, client: Any, addr: Any) -> None:
        """Serve one connection, accepted at the address `server`, to its end."""
        try:
            if not self.alive:
                welcome(client)
            client.settimeout(self.patience.answer)
            if self._serve_connection(client, addr, server):
                _linger(client)
        except OSError:
            self.log.debug("the client left")
        finally:
            self._ended.discard(client)
            client.close()

    def _serve(self, listener: Any) -> StreamServer:
        handle = partial(self.handle, listener.getsockname())
        server = StreamServer(listener, handle=handle, spawn=self._connections)
        if self.cfg.workers > 1:
            server.max_accept = 1
        server.start()
        return server

    def _serve_connection(self, client: Any, address: Any, server: Any) -> bool:
        """Answer request after request; tell whether the client is still to take the last answer."""
        parser = bounded_parser(self.cfg, client, address, patience=self.patience)
        request = None
        try:
            while (request := self._next_request(parser, client)) is not None:
                parser.unreader.allow(self.patience.body)
                self._count_request()
                keep = answer(
                    self,
                    request,
                    sock=client,
                    client=address,
                    server=server,
                    close=not self.alive or not self.cfg.keepalive,
                    input_ended=client in self._ended,
                )
                if not keep or not discard_rest(parser, self.patience):
                    return True
                request = None  # a refusal from here on is the next one's
        except (ClientGone, StopIteration):
            return False
        except Exception as error:  # noqa: BLE001 - whatever it is, the client gets a problem document
            self.handle_error(request, client, address, error)
            return True
        return False

    def _next_request(self, parser: Any, client: Any) -> Any:
        """Return the next request, or None where the client sends none in time."""
        self._waiting[client] = time.monotonic()
        try:
            idle = self.cfg.keepalive if self.alive else IDLE_AT_STOP
            if not parser.unreader.wait_for_first_byte(idle or self.patience.head):
                return None
            parser.unreader.allow(self.patience.head)
            return next(parser)
        except OSError:  # the client left before its request was complete
            return None
        finally:
            del self._waiting[client]

    def _count_request(self) -> None:
        self.nr += 1
        if self.nr >= self.max_requests and self.alive:
            self.log.info("worker has served its share of requests and is replaced")
            self._stop()

    def _make_room(self) -> None:
        """Let those who have waited longest without sending a request go, where newcomers need their places."""
        surplus = len(self._connections) - int(ROOMY * self._connections.size)
        if surplus <= 0:
            return
        latest = time.monotonic() - SAFE_FROM_EVICTION
        for client, since in list(islice(self._waiting.items(), surplus)):
            if since < latest:
                self._end_input(client)

    def _stop(self) -> None:
        self.alive = False
        if self._stopped is not None:
            self._stopped.set()

    def _leave(self, servers: list[StreamServer]) -> None:
        until = time.monotonic() + self.cfg.graceful_timeout
        drain([server.socket for server in servers], pause=gevent.sleep, until=until)
        for server in servers:
            server.close()
        self._connections.join(timeout=IDLE_AT_STOP)
        while len(self._connections) and time.monotonic() < until:
            self.notify()
            for client in list(self._waiting):
                self._end_input(client)
            self._connections.join(timeout=0.5)
        if len(self._connections):
            self.log.warning("stopped with requests unfinished: %d", len(self._connections))

    def _end_input(self, client: Any) -> None:
        """Make the connection's next read return what has arrived, or else its end.

        Asked of the kernel directly: gevent's own shutdown would also fail a read that is about to succeed.
        """
        self._ended.add(client)
        with suppress(OSError), _plain_socket(fileno=os.dup(client.fileno())) as twin:
            twin.shutdown(socket.SHUT_RD)


def _linger(client: Any) -> None:
    """Let the client read its answer to the end before the connection is closed.

    Closing with unread input resets the connection, and a reset can take back an answer that was sent
    (RFC 9112 section 9.6).
    """
    client.shutdown(socket.SHUT_WR)
    until = time.monotonic() + LINGERING
    while (left := until - time.monotonic()) > 0:
        client.settimeout(left)
        if not client.recv(64 * 1024):
            return
