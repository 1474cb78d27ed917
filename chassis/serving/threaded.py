"""The worker for services behind the gateway: a thread a request, none for a connection that waits."""

from __future__ import annotations

import errno
import selectors
import socket
import time
from collections import deque
from functools import partial
from typing import Any, ClassVar

from gunicorn.workers import gthread

from chassis.serving.exchange import ClientGone, answer, discard_rest
from chassis.serving.listeners import drain, parent_is_leaving, welcome
from chassis.serving.patience import Patience, bounded_parser
from chassis.serving.refusals import RefusesInProblemDocuments
from chassis.serving.starting import SaysWhyItCannotStart

IDLE_AT_STOP = 1.0
"""Seconds that a stopping worker keeps idle connections, for a request that may be on its way."""

LINGERING = 2.0
"""Seconds to let a client take its answer before the connection is closed under it."""


class Connection(gthread.TConn):
    """One client's connection; closing it gracefully is left to the worker's own loop."""

    worker: ThreadWorker

    def close(self, graceful: bool = False) -> None:
        """Close at once, or after the client has taken its answer."""
        if graceful:
            self.worker.linger(self.sock)
        else:
            super().close()


class ThreadWorker(SaysWhyItCannotStart, RefusesInProblemDocuments, gthread.ThreadWorker):
    """gunicorn's threaded worker with bounds, problem documents and a stop that loses nothing.

    A connection gets a thread once its request begins to arrive, for as long as the answer takes.
    """

    patience: ClassVar[Patience] = Patience()
    poller: Any
    tpool: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._lingering: deque[tuple[float, Any]] = deque()

    def run(self) -> None:
        """Serve until told to stop, then leave without losing anyone."""
        self.poller.register(
            self.method_queue.fileno(), selectors.EVENT_READ, self.method_queue.run_callbacks
        )
        if parent_is_leaving(self.sockets):
            self.alive = False
        while self.alive and self.is_parent_alive():
            self.notify()
            self.set_accept_enabled(self.nr_conns < self.worker_connections)
            self._turn(1.0)
        self.alive = False
        self._leave()

    def accept(self, listener: Any) -> None:
        """Take a new connection and wait for its first byte without a thread."""
        try:
            client, address = listener.accept()
        except OSError as error:
            if error.errno not in (errno.EAGAIN, errno.ECONNABORTED, errno.EWOULDBLOCK):
                raise
            return
        if not self.alive:
            welcome(client)
        self.nr_conns += 1
        connection = Connection(self.cfg, client, address, listener.getsockname())
        connection.worker = self
        connection.timeout = time.monotonic() + (self.cfg.keepalive or self.patience.head)
        self.pending_conns.append(connection)
        self.poller.register(
            client, selectors.EVENT_READ, partial(self.on_pending_socket_readable, connection)
        )

    def handle(self, conn: Any) -> bool:
        """Answer one request, in a thread of its own; tell whether the connection is kept."""
        request = None
        try:
            if conn.parser is None:
                conn.parser = bounded_parser(
                    self.cfg, conn.sock, conn.client, patience=self.patience
                )
            conn.sock.settimeout(self.patience.answer)
            conn.parser.unreader.allow(self.patience.head)
            request = self._read_head(conn)
            conn.parser.unreader.allow(self.patience.body)
            self._count_request()
            keep = answer(
                self,
                request,
                sock=conn.sock,
                client=conn.client,
                server=conn.server,
                close=self._closes_after_answer(),
            )
            return keep and discard_rest(conn.parser, self.patience)
        except (ClientGone, StopIteration):
            return False
        except Exception as error:  # noqa: BLE001 - whatever it is, the client gets a problem document
            self.handle_error(request, conn.sock, conn.client, error)
            return False

    def _read_head(self, conn: Any) -> Any:
        try:
            return next(conn.parser)
        except OSError:  # the client left before its request was complete
            raise ClientGone from None

    def linger(self, client: Any) -> None:
        """Let a client read its answer to the end, then close its connection; called on the worker's own loop.

        Closing with unread input resets the connection, and a reset can take back an answer that was sent
        (RFC 9112 section 9.6).
        """
        try:
            client.shutdown(socket.SHUT_WR)
            client.setblocking(False)
        except OSError:  # it has gone by itself
            client.close()
            return
        self._lingering.append((time.monotonic() + LINGERING, client))
        self.poller.register(client, selectors.EVENT_READ, self._on_lingering_readable)

    def _on_lingering_readable(self, client: Any) -> None:
        try:
            if client.recv(64 * 1024):
                return
        except BlockingIOError:
            return
        except OSError:
            self.log.debug("the client left")
        self.poller.unregister(client)
        client.close()

    def _end_lingering(self, *, now: float) -> None:
        while self._lingering and (
            self._lingering[0][1].fileno() < 0 or self._lingering[0][0] < now
        ):
            _, client = self._lingering.popleft()
            if client.fileno() >= 0:
                self.poller.unregister(client)
                client.close()

    def _closes_after_answer(self) -> bool:
        return (
            not self.alive
            or not self.cfg.keepalive
            or len(self.keepalived_conns) >= self.max_keepalived
        )

    def _count_request(self) -> None:
        self.nr += 1
        if self.nr >= self.max_requests and self.alive:
            self.log.info("worker has served its share of requests and is replaced")
            self.handle_exit(0, None)

    def _turn(self, timeout: float) -> None:
        """Wait for what happens next, and do it."""
        self.wait_for_and_dispatch_events(timeout)
        self.murder_keepalived()
        self.murder_pending()
        self._end_lingering(now=time.monotonic())

    def _leave(self) -> None:
        until = time.monotonic() + self.cfg.graceful_timeout
        self.set_accept_enabled(True)
        drain(self.sockets, pause=self._turn, until=until)
        self.set_accept_enabled(False)
        for listener in self.sockets:
            listener.close()
        self._close_idle_from(time.monotonic() + IDLE_AT_STOP)
        while (self.nr_conns > 0 or self._lingering) and time.monotonic() < until:
            self.notify()
            self._turn(0.05)
        if self.nr_conns:
            self.log.warning("stopped with requests unfinished: %d", self.nr_conns)
        self.tpool.shutdown(wait=False)

    def _close_idle_from(self, instant: float) -> None:
        for connection in (*self.keepalived_conns, *self.pending_conns):
            connection.timeout = min(connection.timeout, instant)
