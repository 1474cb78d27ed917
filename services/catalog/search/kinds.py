"""What kind of course something is, in one word of the index: counted once, it tells what every choice would leave."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache

MOST = 100
"""More kinds than there are."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A course's track and mode, and whether among its classes that can be joined are some with seats, some without."""

    track: str
    mode: str
    with_seats: bool
    without_seats: bool

    def fits(self, *, track: str | None, mode: str | None, has_seats: bool | None) -> bool:
        """Tell whether courses of this kind are as wanted; None wants nothing."""
        return (
            track in (None, self.track)
            and mode in (None, self.mode)
            and (has_seats is None or (self.with_seats if has_seats else self.without_seats))
        )


def write_kind(track: str, mode: str, seats: Collection[bool]) -> str:
    """Write the kind of a course; `seats` tells of its classes, or of some of them, whether they have any."""
    return f"{track} {mode} {True in seats:d} {False in seats:d}"


@lru_cache(maxsize=MOST)
def read_kind(written: str) -> Kind:
    """Read what `write_kind` wrote."""
    track, mode, with_seats, without_seats = written.split(" ")
    return Kind(track, mode, with_seats == "1", without_seats == "1")
