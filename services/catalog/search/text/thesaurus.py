"""Words that mean the same, or nearly, in Indonesian and English.

`training_words.txt` is written by hand, `occupations.txt` made from the official lists of occupations and of competency
standards; SOURCES.md tells how. A line is a meaning: phrases set apart by `|`, and after `>` those that are a part or a
kind of it and are found by it, but do not find it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from importlib.resources import files

from services.catalog.search.text.stems import stems
from services.catalog.search.text.words import words

Phrase = tuple[str, ...]
"""Words in their order."""

LONGEST_PHRASE = 4
_FILES = ("training_words.txt", "occupations.txt")


def alike(phrase: Sequence[str]) -> Sequence[Phrase]:
    """Return what means the same as some words in their order, or is a part or a kind of it."""
    return _meanings().get(_key(phrase), ())


def phrases_in(query: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield where phrases of several words that the thesaurus knows begin and end in a query."""
    for length in range(min(LONGEST_PHRASE, len(query)), 1, -1):
        for start in range(len(query) - length + 1):
            if _key(query[start : start + length]) in _meanings():
                yield start, start + length


@lru_cache(maxsize=1)
def _meanings() -> Mapping[Phrase, Sequence[Phrase]]:
    found: defaultdict[Phrase, dict[Phrase, None]] = defaultdict(dict)
    for name in _FILES:
        text = (files("services.catalog.search.text") / name).read_text(encoding="utf-8")
        for line in text.splitlines():
            if line and not line.startswith("#"):
                _read(line, found)
    return {key: tuple(phrases) for key, phrases in found.items()}


def _read(line: str, found: Mapping[Phrase, dict[Phrase, None]]) -> None:
    same, _, parts = line.partition(">")
    group, narrower = _phrases(same), _phrases(parts)
    for phrase in group:
        others = {other: None for other in (*group, *narrower) if other != phrase}
        found[_key(phrase)].update(others)


def _phrases(text: str) -> list[Phrase]:
    return [phrase for written in text.split("|") if (phrase := tuple(words(written)))]


def _key(phrase: Sequence[str]) -> Phrase:
    """Return what two phrases share whose words share their most likely stem."""
    return tuple(stems(word)[0] for word in phrase)
