"""The stems a word may have: Indonesian, English, and where an Indonesian prefix hides a letter, each it may hide.

Titles and queries mix both languages, so every word is taken for a word of either. Snowball's Indonesian stemmer gives
one stem where the prefixes *me-* and *pe-* leave several open (*memasak* is *masak*, not *pasak*; *memotong* is
*potong*): the others are given beside it. Two words are related when they share a stem.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import chain

import snowballstemmer

_INDONESIAN = snowballstemmer.stemmer("indonesian")
_ENGLISH = snowballstemmer.stemmer("english")

SHORTEST_STEM = 3
_VOWEL = "aeiou"
_SUFFIX = re.compile(r"(?:kan|an|i|nya)\Z")

# What follows each prefix, and which letters it may have swallowed; "" keeps what is there. (Tata Bahasa Baku Bahasa
# Indonesia on the nasal prefixes: p, t, k and s melt away before a vowel.)
_SWALLOWED: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...] = (
    (re.compile(r"[mp]enge(?=[a-z]{3}\Z)"), ("",)),
    (re.compile(rf"[mp]eny(?=[{_VOWEL}])"), ("s",)),
    (re.compile(rf"[mp]eng(?=[{_VOWEL}])"), ("", "k")),
    (re.compile(rf"[mp]em(?=[{_VOWEL}lr])"), ("p", "m")),
    (re.compile(rf"[mp]en(?=[{_VOWEL}])"), ("t", "n")),
    (re.compile(rf"per(?=[{_VOWEL}])"), ("", "r")),
    (
        re.compile(r"(?:[mp]eng(?=[ghk])|[mp]em(?=[bfpv])|[mp]en(?=[cdjstyz])|[mp]e(?=[lmnrwy]))"),
        ("",),
    ),
)


@lru_cache(maxsize=200_000)
def stems(word: str) -> tuple[str, ...]:
    """Return a word's stems, each once, the most likely first. A word with a digit in it is its own only stem."""
    if not word.isalpha() or len(word) <= SHORTEST_STEM:
        return (word,)
    found = chain((_INDONESIAN.stemWord(word), _ENGLISH.stemWord(word)), _hidden(word))
    kept = dict.fromkeys(stem for stem in found if len(stem) >= SHORTEST_STEM)
    return tuple(kept) or (word,)


def _hidden(word: str) -> list[str]:
    bare = _SUFFIX.sub("", word) if len(word) > 6 else word
    found = [bare]
    # -i may be the end of the word itself: *industri*, *menguasai*.
    for whole in dict.fromkeys((bare, word) if word.endswith("i") else (bare,)):
        for prefix, letters in _SWALLOWED:
            if match := prefix.match(whole):
                found += [letter + whole[match.end() :] for letter in letters]
                break
    return found
