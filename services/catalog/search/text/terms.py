"""The terms of a text: what is kept of a course, and looked for when somebody asks."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from services.catalog.search.text.loanwords import loan_key
from services.catalog.search.text.stems import stems

_LOAN_MARK = "~"


def loan_term(word: str) -> str | None:
    """Return the term under which a word and its spelling in the other language meet; no stem looks like it."""
    key = loan_key(word)
    return None if key is None else _LOAN_MARK + key


@lru_cache(maxsize=200_000)
def terms_of(word: str) -> str:
    """Return a word's terms, set apart by blanks: its stems, and what it shares with the other language's spelling."""
    shared = loan_term(word)
    return " ".join(stems(word) if shared is None else (*stems(word), shared))


def terms(words: Iterable[str]) -> str:
    """Return the terms of words, set apart by blanks."""
    return " ".join(map(terms_of, words))
