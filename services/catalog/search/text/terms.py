"""The terms of a text: what is kept of a course, and looked for when somebody asks."""

from __future__ import annotations

from collections.abc import Iterable

from services.catalog.search.text.loanwords import loan_key
from services.catalog.search.text.stems import stems
from services.catalog.search.text.words import words

_LOAN_MARK = "~"


def loan_term(word: str) -> str | None:
    """Return the term under which a word and its spelling in the other language meet; no stem looks like it."""
    key = loan_key(word)
    return None if key is None else _LOAN_MARK + key


def terms(texts: Iterable[str]) -> list[str]:
    """Return the terms of texts: of each word its stems and what it shares with the other language's spelling."""
    found: list[str] = []
    for text in texts:
        for word in words(text):
            found += stems(word)
            shared = loan_term(word)
            if shared is not None:
                found.append(shared)
    return found
