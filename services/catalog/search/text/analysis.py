"""What a text of a course says, as the index keeps it: its words, their terms, and the codes that stand in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from services.catalog.search.text.terms import terms
from services.catalog.search.text.words import codes_in, words

_SHORT = 200
_REMEMBERED = 10_000
"""Short texts whose analysis is kept: units, outcomes and fields come from common standards and are said of many
courses. They take at most some 30 MB."""


@dataclass(frozen=True, slots=True)
class Said:
    """A text's words in their order; those again, each once, and their terms, set apart by blanks; and its codes."""

    words: Sequence[str]
    vocabulary: str
    terms: str
    codes: Sequence[str]

    @classmethod
    def of(cls, words: Sequence[str], codes: Sequence[str]) -> Said:
        """Sum up what a text of these words and codes says."""
        return cls(words, " ".join(dict.fromkeys(words)), terms(words), codes)


def analyse(text: str) -> Said:
    """Analyse a text."""
    return _short(text) if len(text) <= _SHORT else _analyse(text)


def cut(texts: Iterable[Said], most: int) -> Iterator[Said]:
    """Yield texts that follow each other, so many words of them at most."""
    for text in texts:
        if len(text.words) > most:
            yield Said.of(text.words[:most], text.codes)
            return
        most -= len(text.words)
        yield text


def _analyse(text: str) -> Said:
    return Said.of(tuple(words(text)), tuple(codes_in(text)))


_short = lru_cache(maxsize=_REMEMBERED)(_analyse)
