"""What was done, with the place in the journal where it stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Recorded(Generic[Result]):
    """A result and the position of the entry that tells of it."""

    result: Result
    position: int
