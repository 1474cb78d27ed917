"""What a kind of fault is: a name, how it is done and how it ends."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

from tests.faults.ground import Ground
from tests.faults.storm import Storm

BOTH = ("postgresql", "sqlite")


class NothingStruckError(Exception):
    """What was to strike did not: such a round proves nothing."""


@dataclass(frozen=True)
class Blow:
    """One of the times that a kind of fault strikes: where, beneath which storm, and which of them, from 0.

    `seconds` is how long what lasts is to last.
    """

    ground: Ground
    storm: Storm
    number: int
    seconds: float


Strike = Callable[[Blow], None]


def _as_it_is(_: Ground) -> AbstractContextManager[None]:
    return nullcontext()


@dataclass(frozen=True)
class Kind:
    """One kind of fault.

    `strike` does it, sees to it that it took effect, ends it where it does not end by itself, and returns; from then on
    time counts. `around` prepares what the kind needs, for as long as it is looked at.
    """

    name: str
    how: str
    strike: Strike
    dialects: tuple[str, ...] = BOTH
    around: Callable[[Ground], AbstractContextManager[None]] = _as_it_is
    needs_disk: bool = False
