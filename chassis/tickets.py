"""Commands on their way to an outcome: the queue in which their callers wait; part of the group commit."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from chassis.idempotency import Answer, IdempotencyKey
from chassis.observability import QUEUE_LENGTH, logger
from chassis.problems import (
    DeadlinePassed,
    InternalError,
    OutcomeUnknown,
    Problem,
    RequestInFlight,
    TooBusy,
)

ASIDE_SECONDS = 0.05
"""How long a command whose key somebody else holds is put aside before it is tried again."""

Command = TypeVar("Command")
Outcome = Answer | Problem


@dataclass(slots=True, eq=False)
class Ticket(Generic[Command]):
    """One command, until when its caller waits, and what became of it."""

    command: Command
    key: IdempotencyKey
    deadline: float
    request_id: str
    aside_until: float = 0.0
    """Put aside until then (`time.monotonic`), because somebody else held its key; 0 where it never was."""
    is_begun: bool = False
    """A transaction with this command in it is under way, or may have ended in a COMMIT."""
    in_doubt: bool = False
    """A COMMIT was sent with this command's effect in it, and nobody has told yet what became of it."""
    outcome: Outcome | None = None
    done: threading.Event = field(default_factory=threading.Event)

    def refuse(self, problem: Problem) -> None:
        """End it with a problem, unless its effect may have been committed all the same."""
        if self.in_doubt:
            self.outcome = OutcomeUnknown()
            return
        if isinstance(problem, InternalError):
            logger().error("command-failed", request_id=self.request_id)
        self.outcome = problem

    def expire(self) -> None:
        """End it because its time passed before it began."""
        self.refuse(RequestInFlight() if self.aside_until else DeadlinePassed())


class Tickets(Generic[Command]):
    """The queue: callers add and give up, one runner takes, begins, puts aside and releases."""

    def __init__(self, *, limit: int, clock: Callable[[], float]) -> None:
        self._limit = limit
        self._clock = clock
        self._waiting: deque[Ticket[Command]] = deque()
        self._aside: list[Ticket[Command]] = []
        self._arrived = threading.Condition()
        self._closing = False

    def __len__(self) -> int:
        return len(self._waiting) + len(self._aside)

    def add(self, ticket: Ticket[Command]) -> None:
        """Let a ticket wait for a batch. Raises `TooBusy` where too many wait, or after `close`."""
        with self._arrived:
            if len(self) >= self._limit or self._closing:
                raise TooBusy
            self._waiting.append(ticket)
            self._arrived.notify()

    def give_up(self, ticket: Ticket[Command]) -> None:
        """Take a ticket back whose caller's time has passed. Raises `OutcomeUnknown` where it is begun."""
        with self._arrived:
            if ticket.outcome is not None:
                return
            if ticket.is_begun:
                raise OutcomeUnknown
            for queue in (self._waiting, self._aside):
                if ticket in queue:
                    queue.remove(ticket)
            ticket.expire()

    def close(self) -> None:
        """Take no more tickets; `take` ends when the last of those that wait is taken."""
        with self._arrived:
            self._closing = True
            self._arrived.notify()

    def take(self, most: int) -> list[Ticket[Command]] | None:
        """Wait for tickets and take those that came first; None once the last was taken after `close`."""
        with self._arrived:
            self._take_up_again()
            while not self._waiting:
                if self._closing and not self._aside:
                    return None
                self._arrived.wait(self._seconds_aside())
                self._take_up_again()
            taken = [self._waiting.popleft() for _ in range(min(len(self._waiting), most))]
            QUEUE_LENGTH.set(len(self))
        return taken

    def begin(self, tickets: Sequence[Ticket[Command]]) -> list[Ticket[Command]]:
        """Return those that still want an outcome; from now on no caller takes them back."""
        now = self._clock()
        with self._arrived:
            for ticket in tickets:
                if ticket.outcome is None and ticket.deadline <= now:
                    ticket.expire()
            due = [ticket for ticket in tickets if ticket.outcome is None]
            for ticket in due:
                ticket.is_begun = True
        return due

    def hold_back(self, tickets: Sequence[Ticket[Command]]) -> None:
        """Let callers take back what was begun and undone."""
        with self._arrived:
            for ticket in tickets:
                ticket.is_begun = ticket.in_doubt

    def put_aside(self, tickets: Sequence[Ticket[Command]]) -> None:
        """Keep tickets whose key somebody else holds, to be taken once more a little later."""
        with self._arrived:
            for ticket in tickets:
                ticket.aside_until = time.monotonic() + ASIDE_SECONDS
                ticket.is_begun = ticket.in_doubt
                self._aside.append(ticket)

    def release(self, tickets: Sequence[Ticket[Command]]) -> None:
        """Tell the callers of those that are settled."""
        with self._arrived:
            for ticket in tickets:
                if ticket.outcome is None:
                    if ticket in self._aside:
                        continue
                    ticket.refuse(InternalError())
                ticket.done.set()

    def _seconds_aside(self) -> float | None:
        if not self._aside:
            return None
        return max(0.0, min(ticket.aside_until for ticket in self._aside) - time.monotonic())

    def _take_up_again(self) -> None:
        """Let those that were aside long enough wait behind the others: they must not keep anybody from a turn."""
        now = time.monotonic()
        self._waiting.extend(ticket for ticket in self._aside if ticket.aside_until <= now)
        self._aside = [ticket for ticket in self._aside if ticket.aside_until > now]
