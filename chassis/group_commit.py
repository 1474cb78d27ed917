"""The commit site for many commands at once: whoever arrives while a commit is in flight shares the next one.

One caller waits no longer than alone; up to `BATCH_LIMIT` share one commit. Nobody is told anything before the commit,
and one bad command never fails its neighbours:

- an error that is no passing one rolls the batch back and runs its commands one by one;
- a lock that somebody else holds parts the batch, so that whoever does not need it goes on;
- a command whose idempotency key another process holds is put aside, and waits for that one's answer;
- a deadlock or a lost connection repeats the batch, at most `ATTEMPTS` times; stored answers are read first each
  time, so that a batch which did commit is recognised;
- a command whose time has passed is dropped before its batch begins, and before its part of a split one does.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from chassis.database import Database
from chassis.idempotency import Answer, IdempotencyKey, StoredAnswers
from chassis.observability import QUEUE_LENGTH, current_request_id, logger
from chassis.problems import InternalError, OutcomeUnknown, TooBusy
from chassis.settlement import BatchHandler, Settlement, Ticket, verdict_on

BATCH_LIMIT = 32
QUEUE_LIMIT = 512
ASIDE_SECONDS = 0.05
"""How long a command whose key somebody else holds is put aside before it is tried again."""

Command = TypeVar("Command")


class GroupCommit(Generic[Command]):
    """Gather commands, settle them in batches, and give each caller its own answer after the commit.

    The database should be opened for it alone (`Database.apart`): a batch must not wait for readers' connections, and
    `close` closes it.
    """

    def __init__(
        self,
        database: Database,
        stored_answers: StoredAnswers,
        handler: BatchHandler[Command],
        *,
        batch_limit: int = BATCH_LIMIT,
        queue_limit: int = QUEUE_LIMIT,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._settlement = Settlement(database, stored_answers, handler, self)
        self._batch_limit = batch_limit
        self._queue_limit = queue_limit
        self._clock = clock
        self._waiting: deque[Ticket[Command]] = deque()
        self._aside: list[Ticket[Command]] = []
        self._arrived = threading.Condition()
        self._runner: threading.Thread | None = None
        self._closing = False

    def submit(self, command: Command, *, key: IdempotencyKey, seconds: float) -> Answer:
        """Wait for a command's turn and return its answer once it is committed.

        `seconds` is how long the caller will wait. Raises the command's own refusal, `TooBusy` where the queue is
        full, `DeadlinePassed` where the command waited too long and was dropped, `RequestInFlight` where all that
        time somebody else held its key, `OutcomeUnknown` where its batch did not come to an end in time.
        """
        ticket = Ticket(command, key, self._clock() + seconds, current_request_id.get())
        with self._arrived:
            if len(self._waiting) + len(self._aside) >= self._queue_limit or self._closing:
                raise TooBusy
            self._waiting.append(ticket)
            self._start_runner()
            self._arrived.notify()
        if not ticket.done.wait(seconds):
            self._give_up(ticket)
        if isinstance(ticket.outcome, Answer):
            return ticket.outcome
        raise ticket.outcome or InternalError()

    def _give_up(self, ticket: Ticket[Command]) -> None:
        """Take a ticket back whose time has passed, unless it is too late for that."""
        with self._arrived:
            if ticket.is_begun and not ticket.done.is_set():
                raise OutcomeUnknown
            for waiting in (self._waiting, self._aside):
                if ticket in waiting:
                    waiting.remove(ticket)
            ticket.outcome = ticket.outcome or ticket.too_late

    def close(self) -> None:
        """Take no more commands, settle those that wait, and return when the last is answered."""
        with self._arrived:
            self._closing = True
            self._arrived.notify()
        if self._runner is not None:
            self._runner.join()
        self._database.dispose()

    def _start_runner(self) -> None:
        if self._runner is None:
            self._runner = threading.Thread(target=self._serve, name="group-commit", daemon=True)
            self._runner.start()

    def _serve(self) -> None:
        while (batch := self._next_batch()) is not None:
            try:
                if due := self.begin(batch):
                    self._settlement.settle(due)
            except BaseException as error:  # noqa: BLE001 - the runner must outlive any batch
                logger().error("batch-failed", exc_info=error)
            finally:
                self.release(batch)

    def _next_batch(self) -> list[Ticket[Command]] | None:
        """Wait for commands and take as many as share a commit; None once the last is settled after `close`."""
        with self._arrived:
            self._take_up_again()
            while not self._waiting:
                if self._closing and not self._aside:
                    return None
                self._arrived.wait(self._seconds_aside())
                self._take_up_again()
            size = min(len(self._waiting), self._batch_limit)
            batch = [self._waiting.popleft() for _ in range(size)]
            QUEUE_LENGTH.set(len(self._waiting))
        return batch

    def _seconds_aside(self) -> float | None:
        if not self._aside:
            return None
        return max(0.0, min(ticket.not_before for ticket in self._aside) - time.monotonic())

    def _take_up_again(self) -> None:
        now = time.monotonic()
        due = [ticket for ticket in self._aside if ticket.not_before <= now]
        self._aside = [ticket for ticket in self._aside if ticket.not_before > now]
        self._waiting.extendleft(reversed(due))

    def begin(self, tickets: Sequence[Ticket[Command]]) -> list[Ticket[Command]]:
        """Return those whose time has not passed; from now on nobody takes them back."""
        now = self._clock()
        with self._arrived:
            for ticket in tickets:
                if ticket.outcome is None and ticket.deadline <= now:
                    ticket.outcome = verdict_on(ticket, ticket.too_late)
            due = [ticket for ticket in tickets if ticket.outcome is None]
            for ticket in due:
                ticket.is_begun = True
        return due

    def put_aside(self, tickets: Sequence[Ticket[Command]]) -> None:
        """Keep tickets whose key somebody else holds, to be begun again a little later."""
        with self._arrived:
            for ticket in tickets:
                ticket.not_before = time.monotonic() + ASIDE_SECONDS
                ticket.is_begun = ticket.in_doubt
                self._aside.append(ticket)

    def release(self, tickets: Sequence[Ticket[Command]]) -> None:
        """Tell the callers of those that have their outcome."""
        for ticket in tickets:
            if ticket.outcome is None:
                if ticket in self._aside:
                    continue
                ticket.outcome = InternalError()
            ticket.done.set()
