"""Wrong passwords at one name, counted for long: who guesses slowly and from everywhere is stopped all the same.

They are counted from browsers that the name's owner never used; the owner's own browsers are not concerned, and a new
one gets in by a code, which nobody guesses.
"""

from __future__ import annotations

from datetime import timedelta

MOST_GUESSES = 100
COUNTED_FOR = timedelta(days=30)
"""From the first guess on; then counting begins anew."""

_GROUP = 3
"""Digits of a digest by which names that nobody has are counted together: 4,096 rows at most, whatever is tried."""


def key_of(name_digest: str, *, is_somebodys: bool) -> str:
    """Return under what guesses at a name are counted.

    At names that nobody has they are counted too, so that as much is written for them, but not in a row for each.
    """
    return name_digest if is_somebodys else f"nobody {name_digest[:_GROUP]}"


def are_too_many(guesses: int) -> bool:
    """Tell whether a password is no longer enough in a browser that the owner never used."""
    return guesses >= MOST_GUESSES
