"""What English and Indonesian spellings of one international word have in common: *optic* and *optik*, *photography*
and *fotografi*, *automation* and *otomasi*, *administrator* and *administrasi*.
"""

from __future__ import annotations

import re
from functools import lru_cache

SHORTEST = 5
"""Letters that must be left: of less, unrelated words would share it."""

_SPELLINGS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), spelling)
    for pattern, spelling in (
        (r"ph", "f"),
        (r"th", "t"),
        (r"rh", "r"),
        (r"x", "ks"),
        (r"q", "k"),
        (r"ck", "k"),
        (r"ch(?=[aeioulnr])", "k"),
        (r"[ts]ions?\Z", "si"),
        (r"ics?\Z", "ik"),
        (r"(?:ical|ika|is)\Z", "ik"),
        (r"ty\Z", "tas"),
        (r"ves?\Z", "f"),
        (r"c(?=[eiy])", "s"),
        (r"c", "k"),
        (r"y", "i"),
        (r"au", "o"),
        (r"ie", "i"),
        (r"ure\Z", "ur"),
        (r"([a-z])\1", r"\1"),
    )
)
_ENDING = re.compile(
    r"(?:i[sz]asi|i[sz]ation|asi|ator|atif|atur|tor|si|er|or|ir|ur|ik|if|al|ing|i|e|s)\Z"
)


@lru_cache(maxsize=200_000)
def loan_key(word: str) -> str | None:
    """Return what a word shares with its spelling in the other language; None for what is too short or has a digit."""
    if not word.isalpha() or not word.isascii():
        return None
    for pattern, spelling in _SPELLINGS:
        word = pattern.sub(spelling, word)
    root = _ENDING.sub("", word)
    if len(root) >= SHORTEST:
        return root
    return word if len(word) >= SHORTEST else None
