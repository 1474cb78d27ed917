"""What a text of a course says, as the index keeps it: its words, their terms, and the codes that stand in it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

from services.catalog.search.text.terms import terms
from services.catalog.search.text.words import codes_in, words

_SHORT = 200
_REMEMBERED = 10_000
"""Short texts whose analysis is kept: units, outcomes and fields come from common standards and are said of many
courses. They take at most some 30 MB."""


@dataclass(frozen=True, slots=True)
class Said:
    """A text's words and codes in their order, and the terms of its words, set apart by blanks."""

    words: tuple[str, ...] = ()
    terms: str = ""
    codes: tuple[str, ...] = ()

    def cut(self, most: int) -> Said:
        """Return the same with so many words at most."""
        if len(self.words) <= most:
            return self
        return Said(self.words[:most], terms(self.words[:most]), self.codes)


def analyse(text: str) -> Said:
    """Analyse a text."""
    return _short(text) if len(text) <= _SHORT else _analyse(text)


def analyse_all(texts: Iterable[str]) -> Said:
    """Analyse texts that follow each other."""
    said = [analyse(text) for text in texts if text]
    if len(said) == 1:
        return said[0]
    return Said(
        tuple(chain.from_iterable(one.words for one in said)),
        " ".join(one.terms for one in said if one.terms),
        tuple(chain.from_iterable(one.codes for one in said)),
    )


def _analyse(text: str) -> Said:
    found = tuple(words(text))
    return Said(found, terms(found), tuple(codes_in(text)))


_short = lru_cache(maxsize=_REMEMBERED)(_analyse)
