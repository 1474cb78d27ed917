"""Telling secrets that somebody made up, or left as they came, from those that a random generator made.

It finds what a person writes where a secret is asked for. That a text passes does not make it a secret.
"""

from __future__ import annotations

from itertools import pairwise

_PLACEHOLDERS = ("change", "default", "example", "password", "placeholder", "secret")
_DISTINCT_BYTES = 12
"""Different bytes among thirty-two, and different steps between them: random ones have fewer never in practice."""

_DISTINCT_SIGNS = 5
"""Different signs in a text; twelve random hexadecimal digits have fewer once in ten thousand."""


def is_guessable_key(material: bytes) -> bool:
    """Tell whether key material repeats itself or counts, as written-down examples do."""
    steps = {(after - before) % 256 for before, after in pairwise(material)}
    return min(len(set(material)), len(steps)) < _DISTINCT_BYTES


def is_guessable(text: str, *, least: int = 12, beside: str | None = None) -> bool:
    """Tell whether a password or a secret is short, repeats itself, holds a word that stands for one, or a name.

    `least` is the fewest characters; `beside` the name that it belongs to, such as the user's.
    """
    low = text.lower()
    told = beside is not None and beside.lower() in low
    return (
        told
        or len(text) < least
        or len(set(low)) < _DISTINCT_SIGNS
        or any(w in low for w in _PLACEHOLDERS)
    )
