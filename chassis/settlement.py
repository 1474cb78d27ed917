"""Bringing the commands of a batch to their outcomes, whatever the database answers; part of the group commit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Generic, Protocol, TypeVar

import sqlalchemy as sa

from chassis.clock import utc_now
from chassis.database import Database
from chassis.faults import Fault, fault_of
from chassis.idempotency import Answer, StoredAnswers
from chassis.observability import BATCH_SIZE, logger
from chassis.problems import (
    IdempotencyKeyReused,
    InternalError,
    Problem,
    RequestInFlight,
    Unavailable,
)
from chassis.tickets import Outcome, Ticket, Tickets

ATTEMPTS = 3
HURRIED_MS = 50
"""How long each part of a batch waits for a lock, where the whole of it has waited for the time-out already."""

Command = TypeVar("Command")
Handled = TypeVar("Handled", contravariant=True)


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


class Settlement(Generic[Command]):
    """Settles tickets in transactions: together where it can be, else apart."""

    def __init__(
        self,
        database: Database,
        stored_answers: StoredAnswers,
        handler: BatchHandler[Command],
        tickets: Tickets[Command],
    ) -> None:
        self._database = database
        self._stored = stored_answers
        self._handler = handler
        self._tickets = tickets

    def settle(self, tickets: Sequence[Ticket[Command]], *, hurried: bool = False) -> None:
        """Give every ticket its outcome, whatever it takes, or put it aside.

        `hurried` is for the parts of a batch that has waited for a lock already: they wait but a moment.
        """
        verdict = Unavailable(_UNREACHABLE)
        for _ in range(ATTEMPTS):
            open_tickets = [ticket for ticket in tickets if ticket.outcome is None]
            try:
                self._attempt(open_tickets, hurried=hurried)
                return
            except Contended as contended:
                parts = _parted(tickets, contended.by)
                self._settle_in_parts(parts, Unavailable(_CONTENDED), hurried=True)
                return
            except BaseException as error:  # noqa: BLE001 - whatever it is, the neighbours go on
                fault = fault_of(error)
                if fault is Fault.PERMANENT:
                    parts = [[ticket] for ticket in open_tickets]
                    self._settle_in_parts(parts, _failure(error), hurried=hurried)
                    return
                if fault in _WORDS_FOR:  # once more would take as long, and others wait
                    verdict = Unavailable(_WORDS_FOR[fault])
                    break
        _refuse(tickets, verdict)

    def _settle_in_parts(
        self, parts: Sequence[Sequence[Ticket[Command]]], verdict: Problem, *, hurried: bool
    ) -> None:
        """Settle the parts of a failed batch apart; what cannot be parted further gets the verdict."""
        if len(parts) == 1:
            _refuse(parts[0], verdict)
            return
        for part in parts:
            self._tickets.hold_back(part)
        for part in parts:
            if due := self._tickets.begin(part):
                self.settle(due, hurried=hurried)
            self._tickets.release(part)  # nobody waits until the last part is settled

    def _attempt(self, tickets: Sequence[Ticket[Command]], *, hurried: bool) -> None:
        """Settle all tickets in one transaction, but for those whose key somebody else holds.

        A stored answer is given whatever becomes of the rest, since its effect stands. The other outcomes are set
        only after the commit.
        """
        with self._database.writing() as connection:
            if hurried:
                self._database.limit_waiting(connection, milliseconds=HURRIED_MS)
            held = self._stored.hold(connection, [ticket.key.digest for ticket in tickets])
            firsts = self._without_answer(connection, tickets, held)
            settled: dict[str, Outcome] = {}
            if firsts:
                commands = [ticket.command for ticket in firsts.values()]
                settled = dict(zip(firsts, self._handler.settle(connection, commands), strict=True))
            answers = {firsts[d].key: o for d, o in settled.items() if isinstance(o, Answer)}
            if answers:
                # Our own clock spares a statement: the instant counts two days later, give or take.
                self._stored.store(connection, answers, now=utc_now())
                _commit(connection, [t for t in tickets if t.key.digest in firsts])
                BATCH_SIZE.observe(len(answers))
        for ticket in tickets:
            if (first := firsts.get(ticket.key.digest)) is not None:
                ticket.outcome = _repeated(
                    ticket, first.key.fingerprint, settled[ticket.key.digest]
                )
        self._tickets.put_aside([ticket for ticket in tickets if ticket.key.digest not in held])

    def _without_answer(
        self, connection: sa.Connection, tickets: Sequence[Ticket[Command]], held: set[str]
    ) -> dict[str, Ticket[Command]]:
        """Give stored answers, and return by its key the first ticket of each command that has none yet.

        A key that is held and has no answer is one whose command no earlier attempt has committed.
        """
        stored = self._stored.read(connection, held)
        firsts: dict[str, Ticket[Command]] = {}
        for ticket in tickets:
            digest = ticket.key.digest
            if digest in stored:
                ticket.outcome = _repeated(
                    ticket, stored[digest].fingerprint, stored[digest].answer
                )
            elif digest in held:
                ticket.in_doubt = False
                firsts.setdefault(digest, ticket)
        return firsts


_CONTENDED = (
    "Somebody else is changing the same thing. Nothing of this request was done; try again."
)
_UNREACHABLE = (
    "The database could not be reached or stayed busy. Nothing of this request was done; try again."
)


_WORDS_FOR = {
    Fault.LOCKED: _CONTENDED,
    Fault.BUSY: _UNREACHABLE,
    Fault.FULL: "The database has no room. Nothing of this request was done; try again later.",
    Fault.SLOW: "The database took too long. Nothing of this request was done; try again.",
}


def _parted(
    tickets: Sequence[Ticket[Command]], by: Callable[[Command], str]
) -> list[list[Ticket[Command]]]:
    parts: dict[str, list[Ticket[Command]]] = {}
    for ticket in tickets:
        parts.setdefault(by(ticket.command), []).append(ticket)
    return list(parts.values())


def _refuse(tickets: Sequence[Ticket[Any]], problem: Problem) -> None:
    for ticket in tickets:
        if ticket.outcome is None:
            ticket.refuse(problem)


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
