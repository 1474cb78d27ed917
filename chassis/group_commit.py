"""The commit site for many commands at once: whoever arrives while a commit is in flight shares the next one.

One caller waits no longer than alone; up to `BATCH_LIMIT` share one commit. Nobody is told anything before the commit,
and one bad command never fails its neighbours:

- an error that is no passing one rolls the batch back and runs its commands one by one;
- a lock that somebody else holds parts the batch, so that whoever does not need it goes on after a short wait;
- a command whose idempotency key another process holds is put aside, and waits for that one's answer;
- a deadlock or a lost connection repeats the batch, at most `ATTEMPTS` times; stored answers are read first each
  time, so that a batch which did commit is recognised;
- a command whose time has passed is dropped before its batch begins, and before its part of a split one does.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from chassis.database import Database
from chassis.idempotency import Answer, IdempotencyKey, StoredAnswers
from chassis.observability import current_request_id, logger
from chassis.problems import InternalError
from chassis.settlement import BatchHandler, Settlement
from chassis.tickets import Ticket, Tickets

BATCH_LIMIT = 32
QUEUE_LIMIT = 512

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
        self._clock = clock
        self._tickets: Tickets[Command] = Tickets(limit=queue_limit, clock=clock)
        self._settlement = Settlement(database, stored_answers, handler, self._tickets)
        self._batch_limit = batch_limit
        self._starting = threading.Lock()
        self._runner: threading.Thread | None = None

    def submit(self, command: Command, *, key: IdempotencyKey, seconds: float) -> Answer:
        """Wait for a command's turn and return its answer once it is committed.

        `seconds` is how long the caller will wait. Raises the command's own refusal, `TooBusy` where the queue is
        full, `DeadlinePassed` where the command waited too long and was dropped, `RequestInFlight` where all that
        time somebody else held its key, `OutcomeUnknown` where its batch did not come to an end in time.
        """
        ticket = Ticket(command, key, self._clock() + seconds, current_request_id.get())
        self._tickets.add(ticket)
        self._start_runner()
        if not ticket.done.wait(seconds):
            self._tickets.give_up(ticket)
        if isinstance(ticket.outcome, Answer):
            return ticket.outcome
        raise ticket.outcome or InternalError()

    def waiting(self) -> int:
        """Return how many commands wait for a batch."""
        return len(self._tickets)

    def close(self) -> None:
        """Take no more commands, settle those that wait, and return when the last is answered."""
        self._tickets.close()
        if self._runner is not None:
            self._runner.join()
        self._database.dispose()

    def _start_runner(self) -> None:
        if self._runner is None:
            with self._starting:
                if self._runner is None:
                    runner = threading.Thread(target=self._serve, name="group-commit", daemon=True)
                    runner.start()
                    self._runner = runner

    def _serve(self) -> None:
        while (batch := self._tickets.take(self._batch_limit)) is not None:
            try:
                if due := self._tickets.begin(batch):
                    self._settlement.settle(due)
            except BaseException as error:  # noqa: BLE001 - the runner must outlive any batch
                logger().error("batch-failed", exc_info=error)
            finally:
                self._tickets.release(batch)
