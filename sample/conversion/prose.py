"""Guard against copied prose: no run of eight words of a source's text may stand in ours.

Only fingerprints of the runs are kept, so the check works where the sources are not at hand.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from sample.conversion.tables import read_table

RUN: Final = 8  # words
_BYTES: Final = 6  # of a SHA-256; a chance match among our texts has odds below one in a million

_PROSE: Final = {
    "catalogue/courses_id.csv": ("objective", "description"),
    "catalogue/course_units_id.csv": ("description",),
}
# Names of courses and units are facts, also where a description repeats one.
_NAMES: Final = {
    "catalogue/courses_id.csv": ("title",),
    "catalogue/course_units_id.csv": ("unit_title",),
}


def fingerprints(text: str) -> set[str]:
    """Return one fingerprint for each run of eight words of a text, its case and signs ignored."""
    words = re.findall(r"\w+", text.casefold())
    runs = (" ".join(words[start : start + RUN]) for start in range(len(words) - RUN + 1))
    return {hashlib.sha256(run.encode()).hexdigest()[: 2 * _BYTES] for run in runs}


def source_fingerprints(source: Path) -> list[str]:
    """Return the fingerprints of all prose of the sources in a fixed order."""
    prose = _all(source, _PROSE)
    return sorted(prose - _all(source, _NAMES))


def copied(texts: Iterable[str], *, known: Iterable[str]) -> list[str]:
    """Return those of our texts that hold a run of a source's prose."""
    forbidden = frozenset(known)
    return [text for text in texts if fingerprints(text) & forbidden]


def _all(source: Path, columns_of: Mapping[str, tuple[str, ...]]) -> set[str]:
    found: set[str] = set()
    for name, columns in columns_of.items():
        for row in read_table(source, name):
            found.update(*(fingerprints(row[column]) for column in columns))
    return found
