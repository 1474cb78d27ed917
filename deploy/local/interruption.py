"""Noticing that the person at the terminal wants it to end: a signal, or a terminal that has gone."""

from __future__ import annotations

import os
import select
import signal
import socket
import sys
from types import FrameType, TracebackType


class StopRequestedError(Exception):
    """Somebody asked for the end; the message says how."""


class Interruptions:
    """While entered, turns SIGINT, SIGTERM, SIGHUP and a lost reader of standard output into an exception.

    It is raised by `pause` only, so that what is in hand between two pauses is finished.
    """

    def __init__(self) -> None:
        self._reader, self._writer = socket.socketpair()
        self._requests: list[str] = []
        self._poll = select.poll()

    def __enter__(self) -> Interruptions:
        self._writer.setblocking(False)
        self._reader.setblocking(False)
        # The number of every signal is written here, which ends a wait at once; that of a dead child does too.
        signal.set_wakeup_fd(self._writer.fileno(), warn_on_full_buffer=False)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._note)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        self._poll.register(self._reader, select.POLLIN)
        # Asked for nothing, poll still tells of a pipe without a reader and of a terminal that was closed.
        self._poll.register(sys.stdout.fileno(), 0)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD):
            signal.signal(number, signal.SIG_DFL)
        self._reader.close()
        self._writer.close()

    def pause(self, seconds: float) -> None:
        """Wait until the time is up or something happened. Raises `StopRequestedError` once for every request."""
        for descriptor, event in self._poll.poll(0 if self._requests else seconds * 1000):
            if descriptor == self._reader.fileno():
                self._reader.recv(4096)
            elif event & (select.POLLERR | select.POLLHUP | select.POLLNVAL):
                self.lose_reader()
        if self._requests:
            raise StopRequestedError(self._requests.pop(0))

    def lose_reader(self) -> None:
        """Take note that nobody reads standard output any more, and send what follows nowhere.

        Python would otherwise try to write the rest at exit, and fail.
        """
        self._poll.unregister(sys.stdout.fileno())
        with open(os.devnull, "w", encoding="ascii") as nowhere:  # noqa: PTH123 - no path of ours
            os.dup2(nowhere.fileno(), sys.stdout.fileno())
        self._requests.append("nobody reads the output any more")

    def _note(self, number: int, _: FrameType | None) -> None:
        self._requests.append(signal.Signals(number).name)
