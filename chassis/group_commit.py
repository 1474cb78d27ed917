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
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

import sqlalchemy as sa

from chassis.clock import utc_now
from chassis.database import Database
from chassis.faults import Fault, fault_of
from chassis.idempotency import Answer, IdempotencyKey, StoredAnswers
from chassis.observability import BATCH_SIZE, QUEUE_LENGTH, current_request_id, logger
from chassis.problems import (
    DeadlinePassed,
    IdempotencyKeyReused,
    InternalError,
    OutcomeUnknown,
    Problem,
    RequestInFlight,
    TooBusy,
    Unavailable,
)

ATTEMPTS = 3
BATCH_LIMIT = 32
QUEUE_LIMIT = 512
ASIDE_SECONDS = 0.05
"""How long a command whose key somebody else holds is put aside before it is tried again."""

Command = TypeVar("Command")
Handled = TypeVar("Handled", contravariant=True)
Outcome = Answer | Problem


class BatchHandler(Protocol[Handled]):
    """What a service does with a batch, inside a transaction that it does not commit."""

    def settle(self, connection: sa.Connection, commands: Sequence[Handled]) -> Sequence[Outcome]:
        """Lock, decide, save and append to the journal for all commands; return one outcome each, in their order.

        Locks are taken under `parting`. Whatever else it raises undoes the whole batch; the commands are then settled
        one by one.
        """


class Contended(Exception):
    """Somebody else holds a lock that a batch needs; commands that differ in `by` need different ones."""

    def __init__(self, by: Callable[[Any], str]) -> None:
        self.by = by


@contextmanager
def parting(by: Callable[[Any], str]) -> Iterator[None]:
    """Say by what a batch is to be parted where a lock that is taken inside is refused."""
    try:
        yield
    except sa.exc.DBAPIError as error:
        if fault_of(error) is Fault.LOCKED:
            raise Contended(by) from error
        raise


@dataclass(slots=True, eq=False)
class _Ticket(Generic[Command]):
    command: Command
    key: IdempotencyKey
    deadline: float
    request_id: str
    not_before: float = 0.0
    """Put aside until then (monotonic seconds), because somebody else held its key; 0 where it never was."""
    is_begun: bool = False
    """A transaction with this command in it is under way, or may have ended in a COMMIT."""
    in_doubt: bool = False
    """A COMMIT was sent with this command's effect in it, and nobody has told yet what became of it."""
    outcome: Outcome | None = None
    done: threading.Event = field(default_factory=threading.Event)


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
        self._stored = stored_answers
        self._handler = handler
        self._batch_limit = batch_limit
        self._queue_limit = queue_limit
        self._clock = clock
        self._waiting: deque[_Ticket[Command]] = deque()
        self._aside: list[_Ticket[Command]] = []
        self._arrived = threading.Condition()
        self._runner: threading.Thread | None = None
        self._closing = False

    def submit(self, command: Command, *, key: IdempotencyKey, seconds: float) -> Answer:
        """Wait for a command's turn and return its answer once it is committed.

        `seconds` is how long the caller will wait. Raises the command's own refusal, `TooBusy` where the queue is
        full, `DeadlinePassed` where the command waited too long and was dropped, `RequestInFlight` where all that
        time somebody else held its key, `OutcomeUnknown` where its batch did not come to an end in time.
        """
        ticket = _Ticket(command, key, self._clock() + seconds, current_request_id.get())
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

    def _give_up(self, ticket: _Ticket[Command]) -> None:
        """Take a ticket back whose time has passed, unless it is too late for that."""
        with self._arrived:
            if ticket.is_begun and not ticket.done.is_set():
                raise OutcomeUnknown
            for waiting in (self._waiting, self._aside):
                if ticket in waiting:
                    waiting.remove(ticket)
            ticket.outcome = ticket.outcome or _too_late(ticket)

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
                self._settle(batch)
            except BaseException as error:  # noqa: BLE001 - the runner must outlive any batch
                logger().error("batch-failed", exc_info=error)
            finally:
                self._release(batch)

    def _next_batch(self) -> list[_Ticket[Command]] | None:
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

    def _put_aside(self, tickets: Sequence[_Ticket[Command]]) -> None:
        with self._arrived:
            for ticket in tickets:
                ticket.not_before = time.monotonic() + ASIDE_SECONDS
                ticket.is_begun = ticket.in_doubt
                self._aside.append(ticket)

    def _release(self, batch: Sequence[_Ticket[Command]]) -> None:
        """Tell every caller of a batch whose command is settled."""
        for ticket in batch:
            if ticket.outcome is None:
                if ticket in self._aside:
                    continue
                ticket.outcome = InternalError()
            ticket.done.set()

    def _settle(self, batch: Sequence[_Ticket[Command]]) -> None:
        """Give every ticket its outcome, whatever it takes, or put it aside."""
        now = self._clock()
        with self._arrived:
            for ticket in batch:
                if ticket.outcome is None and ticket.deadline <= now:
                    ticket.outcome = _verdict(ticket, _too_late(ticket))
            tickets = [ticket for ticket in batch if ticket.outcome is None]
            for ticket in tickets:
                ticket.is_begun = True
        if tickets:
            self._settle_together(tickets)

    def _settle_together(self, tickets: Sequence[_Ticket[Command]]) -> None:
        verdict = Unavailable(_UNREACHABLE)
        for _ in range(ATTEMPTS):
            try:
                self._attempt(tickets)
                return
            except Contended as contended:
                self._settle_in_parts(_parted(tickets, contended.by), Unavailable(_CONTENDED))
                return
            except BaseException as error:  # noqa: BLE001 - whatever it is, the neighbours go on
                fault = fault_of(error)
                if fault is Fault.PERMANENT:
                    self._settle_in_parts([[ticket] for ticket in tickets], _failure(error))
                    return
                if fault is Fault.LOCKED:
                    verdict = Unavailable(_CONTENDED)
                if fault in (Fault.LOCKED, Fault.BUSY):
                    break
        for ticket in tickets:
            ticket.outcome = _verdict(ticket, verdict)

    def _settle_in_parts(
        self, parts: Sequence[Sequence[_Ticket[Command]]], verdict: Problem
    ) -> None:
        """Settle the parts of a failed batch apart; what cannot be parted further gets the verdict."""
        if len(parts) > 1:
            for part in parts:
                for ticket in part:
                    ticket.is_begun = ticket.in_doubt
            for part in parts:
                self._settle(part)
                self._release(part)  # nobody waits for the locks of another part
            return
        for ticket in parts[0]:
            ticket.outcome = _verdict(ticket, verdict)

    def _attempt(self, tickets: Sequence[_Ticket[Command]]) -> None:
        """Settle all tickets in one transaction, but for those whose key somebody else holds.

        Outcomes are set only after the commit.
        """
        with self._database.writing() as connection:
            digests = [ticket.key.digest for ticket in tickets]
            held = self._stored.hold(connection, digests)
            ours = [ticket for ticket in tickets if ticket.key.digest in held]
            stored = self._stored.read(connection, held)
            _set_doubt(ours, stands=False)
            firsts: dict[str, _Ticket[Command]] = {}
            for ticket in ours:
                if ticket.key.digest not in stored:
                    firsts.setdefault(ticket.key.digest, ticket)
            settled: dict[str, Outcome] = {}
            if firsts:
                commands = [ticket.command for ticket in firsts.values()]
                settled = dict(zip(firsts, self._handler.settle(connection, commands), strict=True))
            answers = {firsts[d].key: o for d, o in settled.items() if isinstance(o, Answer)}
            if answers:
                self._stored.store(connection, answers, now=utc_now())
                _commit(connection, ours)
                BATCH_SIZE.observe(len(answers))
        for ticket in ours:
            digest = ticket.key.digest
            if digest in stored:
                ticket.outcome = _repeated(
                    ticket, stored[digest].fingerprint, stored[digest].answer
                )
            else:
                ticket.outcome = _repeated(ticket, firsts[digest].key.fingerprint, settled[digest])
        self._put_aside([ticket for ticket in tickets if ticket.key.digest not in held])


_CONTENDED = (
    "Somebody else is changing the same thing. Nothing of this request was done; try again."
)
_UNREACHABLE = (
    "The database could not be reached or stayed busy. Nothing of this request was done; try again."
)


def _parted(
    tickets: Sequence[_Ticket[Command]], by: Callable[[Command], str]
) -> list[list[_Ticket[Command]]]:
    parts: dict[str, list[_Ticket[Command]]] = {}
    for ticket in tickets:
        parts.setdefault(by(ticket.command), []).append(ticket)
    return list(parts.values())


def _too_late(ticket: _Ticket[Any]) -> Problem:
    return RequestInFlight() if ticket.not_before else DeadlinePassed()


def _commit(connection: sa.Connection, tickets: Sequence[_Ticket[Any]]) -> None:
    """Commit. Until the database answers, nobody knows whether the tickets' effects stand; a refusal is an answer."""
    _set_doubt(tickets, stands=True)
    try:
        connection.commit()
    except sa.exc.DBAPIError as error:
        _set_doubt(tickets, stands=fault_of(error) is Fault.DISCONNECTED)
        raise


def _set_doubt(tickets: Sequence[_Ticket[Any]], *, stands: bool) -> None:
    for ticket in tickets:
        ticket.in_doubt = stands


def _verdict(ticket: _Ticket[Any], problem: Problem) -> Problem:
    """Return the problem that ends a ticket, unless its effect may have been committed all the same."""
    if ticket.in_doubt:
        return OutcomeUnknown()
    if isinstance(problem, InternalError):
        logger().error("command-failed", request_id=ticket.request_id)
    return problem


def _repeated(ticket: _Ticket[Any], fingerprint: str, outcome: Outcome) -> Outcome:
    """Give a ticket the outcome of the first command under its key, if that was the same command."""
    if ticket.key.fingerprint == fingerprint:
        return outcome
    return IdempotencyKeyReused() if isinstance(outcome, Answer) else RequestInFlight()


def _failure(error: BaseException) -> Problem:
    """Return the verdict on a command that fails even alone; a refusal that was raised stands for itself."""
    if isinstance(error, Problem):
        return error
    logger().error("batch-failed", exc_info=error)
    return InternalError()
