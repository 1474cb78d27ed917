"""A text's words and codes, alike in small and capital letters, with and without accents, in every compatible form."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

LONGEST_WORD = 40
"""Letters of a word that count; what is longer is no word that anybody looks for."""

_WORD = re.compile(r"[^\W_]+(?:\+\+|#)?")
_DIGIT = re.compile(r"\d")
_AROUND = ".,;:!?()[]{}<>\"'`*“”‘’«»…"
_BETWEEN = re.compile(r"[^0-9a-z]+")
_JOINED = re.compile(r"[^\W_][.\-/:][^\W_]")


def plain(text: str) -> str:
    """Return a text in small letters without accents, in Unicode's compatible form (NFKC)."""
    if text.isascii():
        return text.lower()
    folded = unicodedata.normalize("NFKC", text).casefold()
    if folded.isascii():
        return folded
    decomposed = unicodedata.normalize("NFKD", folded)
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def words(text: str) -> list[str]:
    """Return the words of a text in their order; `c++` and `c#` are words of their own."""
    return [word[:LONGEST_WORD] for word in _WORD.findall(plain(text))]


def code(text: str) -> str:
    """Return what a code is known by: its letters and digits, however they are set apart."""
    return _BETWEEN.sub("", plain(text))[:100]


def codes_in(text: str) -> Iterator[str]:
    """Yield the codes that stand in a text: what has digits in it and is joined by points, hyphens or slashes."""
    if not _DIGIT.search(text):
        return
    for chunk in plain(text).split():
        if not _DIGIT.search(chunk):
            continue
        bare = chunk.strip(_AROUND)
        if _JOINED.search(bare):
            found = code(bare)
            if len(found) > 2:
                yield found
