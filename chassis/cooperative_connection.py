"""A PostgreSQL connection for processes under gevent: whoever waits for the server gives way to the other greenlets.

psycopg's own way there asks a new `poll` object for every statement, through several layers of gevent. A watcher
of the event loop does the same at about half the cost, which counts where a transaction is a dozen short statements.
"""

from __future__ import annotations

from typing import Any, TypeVar

import gevent
import psycopg
from psycopg.abc import PQGen
from psycopg.waiting import Ready

Result = TypeVar("Result")


class CooperativeConnection(psycopg.Connection[Any]):
    """A connection that waits in gevent's hub."""

    def wait(
        self, gen: PQGen[Result], interval: float = 0.1, timeout: float | None = None
    ) -> Result:
        """Run one of psycopg's exchanges with the server to its end."""
        if timeout is not None:
            return super().wait(gen, interval, timeout)
        hub, descriptor = gevent.get_hub(), self.pgconn.socket
        try:
            wanted = next(gen)
            while True:
                # psycopg and the loop count alike: 1 to read, 2 to write.
                watcher = hub.loop.io(descriptor, wanted.value)
                try:
                    hub.wait(watcher)
                finally:
                    watcher.close()
                wanted = gen.send(Ready(wanted.value))
        except StopIteration as end:
            result: Result = end.value
            return result
