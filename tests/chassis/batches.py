"""Commands brought into one batch on purpose: the runner is held until all of them wait."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, Generic, Self, TypeVar

import sqlalchemy as sa

from chassis.database import Database
from chassis.group_commit import GroupCommit
from chassis.idempotency import IdempotencyKey, IdempotencyKeys, StoredAnswers
from chassis.identifiers import new_id
from chassis.observability import current_request_id
from chassis.problems import Problem
from chassis.settlement import BatchHandler
from chassis.tickets import Outcome

PATIENCE = 60.0
Command = TypeVar("Command")
Call = tuple[Command, IdempotencyKey]
KEYS = IdempotencyKeys(b"only-for-tests")


class HeldClock:
    """A monotonic clock at which the runner of a group commit can be made to wait; `ahead` moves it on."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        self.ahead = 0.0
        self._free = threading.Event()
        self._free.set()

    def __call__(self) -> float:
        if threading.current_thread().name == "group-commit" and not self._free.is_set():
            self.reached.set()
            self._free.wait(PATIENCE)
        return time.monotonic() + self.ahead

    def hold(self) -> None:
        self.reached.clear()
        self._free.clear()

    def release(self) -> None:
        self._free.set()


class Batches(Generic[Command]):
    """A group commit whose batches a test composes. `opener` is a command that is refused without any effect."""

    def __init__(
        self,
        database: Database,
        answers: StoredAnswers,
        handler: BatchHandler[Command],
        *,
        opener: Command,
        **limits: int,
    ) -> None:
        self.clock = HeldClock()
        self.group = GroupCommit(database, answers, handler, clock=self.clock, **limits)
        self._opener = opener

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.group.close()

    def together(
        self, calls: Sequence[Call[Command]], *, seconds: float = PATIENCE
    ) -> list[Outcome]:
        """Submit calls so that they come into one batch, in their order, and return what each caller is told."""
        self.hold()
        callers = [self.call_later(call, seconds=seconds) for call in calls]
        self.clock.release()
        return [caller.outcome() for caller in callers]

    def hold(self) -> None:
        """Hold the runner with the opener in its hands: what is submitted now waits for the next batch."""
        self.clock.hold()
        Caller(self.group, (self._opener, fresh_key()), seconds=PATIENCE)
        assert self.clock.reached.wait(PATIENCE)

    def call_later(
        self, call: Call[Command], *, seconds: float = PATIENCE, request_id: str = ""
    ) -> Caller:
        """Submit while the runner is held; return when the call waits in the queue."""
        length = self.waiting() + 1
        caller = Caller(self.group, call, seconds=seconds, request_id=request_id)
        until = time.monotonic() + PATIENCE
        while self.waiting() < length:
            assert time.monotonic() < until
            time.sleep(0.001)
        return caller

    def waiting(self) -> int:
        """Return how many commands wait for a batch."""
        return self.group.waiting()


class Caller:
    """Somebody in a thread of their own who submits a call and waits."""

    def __init__(
        self, group: GroupCommit[Any], call: Call[Any], *, seconds: float, request_id: str = ""
    ) -> None:
        self._told: list[Outcome] = []

        def run() -> None:
            current_request_id.set(request_id)
            self._told.append(told(group, call, seconds=seconds))

        self._thread = threading.Thread(target=run, daemon=True)
        self._thread.start()

    @property
    def is_answered(self) -> bool:
        return bool(self._told)

    def outcome(self) -> Outcome:
        """Wait for the answer or the refusal."""
        self._thread.join(PATIENCE + 15)
        assert self._told, "the caller was never answered"
        return self._told[0]


def told(group: GroupCommit[Command], call: Call[Command], *, seconds: float = PATIENCE) -> Outcome:
    """Submit a call and return what its caller is told, refusals too."""
    try:
        return group.submit(call[0], key=call[1], seconds=seconds)
    except Problem as problem:
        return problem


def all_at_once(calls: Sequence[Callable[[], Any]]) -> list[Any]:
    """Make calls in a thread each, all started at one moment, and return their results in order."""
    results: list[Any] = [None] * len(calls)
    barrier = threading.Barrier(len(calls))

    def run(index: int, call: Callable[[], Any]) -> None:
        barrier.wait(PATIENCE)
        results[index] = call()

    threads = [threading.Thread(target=run, args=pair, daemon=True) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(2 * PATIENCE)
    return results


def fresh_key(command: Any = None) -> IdempotencyKey:
    """Return a key that nobody used."""
    return key_named(new_id(), command)


def key_named(name: str, command: Any = None) -> IdempotencyKey:
    """Return the key of one name, for a command."""
    return KEYS.bind(caller=["test"], method="POST", route="/things", key=name, command=command)


def commits_of(database: Database) -> list[str]:
    """Return a list that grows by one with every COMMIT this process sends from now on."""
    commits: list[str] = []
    sa.event.listen(database.engine, "commit", lambda _: commits.append("commit"))
    return commits


def codes(outcomes: Sequence[Outcome]) -> list[str]:
    """Return the status of each answer and the code of each problem."""
    return [o.code if isinstance(o, Problem) else str(o.status) for o in outcomes]
