"""Words that say nothing of what somebody wants to learn: small words, and what every course is."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files


def _words_in(name: str) -> frozenset[str]:
    return frozenset((files("services.catalog.search.text") / name).read_text("utf-8").split())


_SMALL = _words_in("small_words.txt")
_TRAINING = _words_in("words_of_every_course.txt")


def telling(query: Sequence[str]) -> list[str]:
    """Leave the small words out of a query; of one that is nothing else keep all there is."""
    return [word for word in query if word not in _SMALL] or list(query)


def is_of_every_course(word: str) -> bool:
    """Tell whether a word is said of any course, so that it tells little of this one."""
    return word in _TRAINING
