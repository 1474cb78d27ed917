"""Words that are one slip of the finger away: a letter left out, added, changed, or two in each other's place."""

from __future__ import annotations

from collections.abc import Iterator

SHORTEST = 4
"""Letters of a word in which a slip is forgiven: of shorter ones too many are one letter apart."""

_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def may_be_mistyped(word: str) -> bool:
    """Tell whether a slip is forgiven: not in short words, nor in anything with a digit in it."""
    return len(word) >= SHORTEST and word.isalpha() and word.isascii()


def one_slip_away(word: str) -> Iterator[str]:
    """Yield every word that one slip makes of this one, some twice."""
    for i in range(len(word) + 1):
        head, tail = word[:i], word[i:]
        if tail:
            yield head + tail[1:]
        if len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:]
        for letter in _LETTERS:
            yield head + letter + tail
            if tail:
                yield head + letter + tail[1:]
