"""Running systems that the tests of a group share, ended once the last of them has run.

Kept until the end of all tests, each would go on following and serving: a tenth of a processor, beside whatever is
tested then.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from typing import Generic, TypeVar

import pytest

Made = TypeVar("Made")

ENDINGS = pytest.StashKey[list[Callable[[], None]]]()
"""What ends everything that is shared at the moment."""


class SharedByGroup(Generic[Made]):
    """One thing for each dialect, made for the first test that asks, and ended with the last of its group."""

    def __init__(
        self, config: pytest.Config, make: Callable[[str], AbstractContextManager[Made]]
    ) -> None:
        self._make = make
        self._made: dict[str, Made] = {}
        self._open = ExitStack()
        config.stash.setdefault(ENDINGS, []).append(self.end)

    def get(self, dialect: str) -> Made:
        """Return what is there for a dialect, made now if it is not."""
        if dialect not in self._made:
            self._made[dialect] = self._open.enter_context(self._make(dialect))
        return self._made[dialect]

    def end(self) -> None:
        """End all of them."""
        self._made.clear()
        self._open.close()


def end_shared(config: pytest.Config) -> None:
    """End what is shared, what was made last first."""
    endings = config.stash.setdefault(ENDINGS, [])
    for end in reversed(endings):
        end()
