"""What was asked of classes and how it ended, written down while it happens: a line at each call and at each return."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from chassis.identifiers import new_id


class Kind(StrEnum):
    """What is done to a class."""

    ENROL = "enrol"
    CANCEL = "cancel"
    RESIZE = "resize"
    """The catalogue tells of another number of seats."""

    AVAILABILITY = "availability"
    FEED = "feed"
    """The seats as the catalogue reads them, behind its journal position."""

    ROSTER = "roster"


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing done to a class, between two instants of one monotonic clock (nanoseconds).

    `enrolment` is the id that the command would give, or the one that is cancelled; `seats` the number that the
    catalogue tells. `outcome` is None where nobody was told; `told` is what the answer said: an enrolment's id, numbers
    of seats, or the ids of those who are in the class.
    """

    class_id: str
    kind: Kind
    called: int = 0
    returned: int | None = None
    outcome: str | None = None
    card: str = ""
    key: str = ""
    enrolment: str = ""
    seats: int = 0
    told: tuple[str | int, ...] = ()

    def ended(self, returned: int, outcome: str, *told: str | int) -> Operation:
        """Return the operation once its caller was told."""
        return replace(self, returned=returned, outcome=outcome, told=told)

    def line(self) -> str:
        """Write it for a person: when, what, and how it ended."""
        about = [self.card and f"card {self.card}", self.key and f"key {self.key}", self.enrolment]
        about += [f"{self.seats} seats"] if self.kind is Kind.RESIZE else []
        said = " ".join(str(each) for each in self.told)
        end = "nobody knows" if self.returned is None else f"{self.outcome} {said}".strip()
        when = f"{self.called} – {'' if self.returned is None else self.returned}"
        return f"{when:33} {self.kind.value} ({', '.join(filter(None, about))}): {end}"


NOTHING_TOLD = "nothing-told"
"""The outcome of a reading that said nothing of the class."""

NOTHING_DONE = frozenset(
    {"too-busy", "deadline-passed", "request-in-flight", "unavailable", NOTHING_TOLD}
)
"""Answers that promise that the command did nothing; who was answered so is left out, and any effect has no source."""


class Record:
    """A file that calls and returns are added to, at once: what a killed process had asked for is known by it."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def called(self, operation: Operation) -> tuple[str, Operation]:
        """Note a call; do it only after this."""
        number = new_id()
        number = new_id()
        operation = replace(operation, called=self.now())
        self._add({"call": number, "operation": asdict(operation)})
        return number, operation

    def now(self) -> int:
        """Return the instant, by the clock that all processes share."""
        return time.monotonic_ns()

    def returned(self, number: str, operation: Operation) -> None:
        """Note how it ended. Of one whose end nobody was told, nothing is noted."""
        self._add({"return": number, "operation": asdict(operation)})

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)

    def _add(self, value: dict[str, Any]) -> None:
        os.write(self._file, json.dumps(value).encode() + b"\n")


def read_record(path: Path) -> list[Operation]:
    """Read what was asked, without what did nothing. Of what never came back, nobody knows the end."""
    found: dict[str, Operation] = {}
    # A line that the end of a process cut off had no effect yet: nothing is begun before its line is written.
    *lines, _ = path.read_text(encoding="utf-8").split("\n")
    for line in lines:
        value = json.loads(line)
        found[value.get("call") or value["return"]] = operation_of(value["operation"])
    return [each for each in found.values() if each.outcome not in NOTHING_DONE]


def operation_of(value: dict[str, Any]) -> Operation:
    """Make an operation of what was written of it."""
    return Operation(**{**value, "kind": Kind(value["kind"]), "told": tuple(value["told"])})


def by_class(operations: Iterable[Operation]) -> dict[str, list[Operation]]:
    """Part a history by class: what is done to one is no matter of another."""
    parts: dict[str, list[Operation]] = {}
    for each in operations:
        parts.setdefault(each.class_id, []).append(each)
    return parts
