"""Bringing the commands of a batch to their outcomes, whatever the database answers; part of the group commit."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

import sqlalchemy as sa

from chassis.clock import utc_now
from chassis.database import Database
from chassis.faults import Fault, fault_of
from chassis.idempotency import Answer, IdempotencyKey, StoredAnswers
from chassis.observability import BATCH_SIZE, logger
from chassis.problems import (
    DeadlinePassed,
    IdempotencyKeyReused,
    InternalError,
    OutcomeUnknown,
    Problem,
    RequestInFlight,
    Unavailable,
)

ATTEMPTS = 3

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
class Ticket(Generic[Command]):
    """A command on its way to an outcome."""

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

    @property
    def too_late(self) -> Problem:
        """Return what its caller is told where its time passed before it began."""
        return RequestInFlight() if self.not_before else DeadlinePassed()


class Desk(Protocol[Command]):
    """Where callers wait for their tickets; the queue of a group commit."""

    def begin(self, tickets: Sequence[Ticket[Command]]) -> list[Ticket[Command]]:
        """Return those whose time has not passed; from now on nobody takes them back."""

    def release(self, tickets: Sequence[Ticket[Command]]) -> None:
        """Tell the callers of those that have their outcome."""

    def put_aside(self, tickets: Sequence[Ticket[Command]]) -> None:
        """Take tickets back whose key somebody else holds, to be begun again a little later."""


class Settlement(Generic[Command]):
    """Settles tickets in transactions: together where it can be, else apart."""

    def __init__(
        self,
        database: Database,
        stored_answers: StoredAnswers,
        handler: BatchHandler[Command],
        desk: Desk[Command],
    ) -> None:
        self._database = database
        self._stored = stored_answers
        self._handler = handler
        self._desk = desk

    def settle(self, tickets: Sequence[Ticket[Command]]) -> None:
        """Give every ticket its outcome, whatever it takes, or put it aside."""
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
            ticket.outcome = verdict_on(ticket, verdict)

    def _settle_in_parts(
        self, parts: Sequence[Sequence[Ticket[Command]]], verdict: Problem
    ) -> None:
        """Settle the parts of a failed batch apart; what cannot be parted further gets the verdict."""
        if len(parts) > 1:
            for part in parts:
                for ticket in part:
                    ticket.is_begun = ticket.in_doubt
            for part in parts:
                if due := self._desk.begin(part):
                    self.settle(due)
                self._desk.release(part)  # nobody waits for the locks of another part
            return
        for ticket in parts[0]:
            ticket.outcome = verdict_on(ticket, verdict)

    def _attempt(self, tickets: Sequence[Ticket[Command]]) -> None:
        """Settle all tickets in one transaction, but for those whose key somebody else holds.

        Outcomes are set only after the commit.
        """
        with self._database.writing() as connection:
            digests = [ticket.key.digest for ticket in tickets]
            held = self._stored.hold(connection, digests)
            ours = [ticket for ticket in tickets if ticket.key.digest in held]
            stored = self._stored.read(connection, held)
            _set_doubt(ours, stands=False)
            firsts: dict[str, Ticket[Command]] = {}
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
        self._desk.put_aside([ticket for ticket in tickets if ticket.key.digest not in held])


_CONTENDED = (
    "Somebody else is changing the same thing. Nothing of this request was done; try again."
)
_UNREACHABLE = (
    "The database could not be reached or stayed busy. Nothing of this request was done; try again."
)


def _parted(
    tickets: Sequence[Ticket[Command]], by: Callable[[Command], str]
) -> list[list[Ticket[Command]]]:
    parts: dict[str, list[Ticket[Command]]] = {}
    for ticket in tickets:
        parts.setdefault(by(ticket.command), []).append(ticket)
    return list(parts.values())


def _commit(connection: sa.Connection, tickets: Sequence[Ticket[Any]]) -> None:
    """Commit. Until the database answers, nobody knows whether the tickets' effects stand; a refusal is an answer."""
    _set_doubt(tickets, stands=True)
    try:
        connection.commit()
    except sa.exc.DBAPIError as error:
        _set_doubt(tickets, stands=fault_of(error) is Fault.DISCONNECTED)
        raise


def _set_doubt(tickets: Sequence[Ticket[Any]], *, stands: bool) -> None:
    for ticket in tickets:
        ticket.in_doubt = stands


def verdict_on(ticket: Ticket[Any], problem: Problem) -> Problem:
    """Return the problem that ends a ticket, unless its effect may have been committed all the same."""
    if ticket.in_doubt:
        return OutcomeUnknown()
    if isinstance(problem, InternalError):
        logger().error("command-failed", request_id=ticket.request_id)
    return problem


def _repeated(ticket: Ticket[Any], fingerprint: str, outcome: Outcome) -> Outcome:
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
