"""Candidates that describe nobody, each of them once."""

from __future__ import annotations

import itertools
import threading
from typing import Any

FAMILY_NAME = "Sumarsihwatining"
"""A name that stands nowhere else, to be looked for where no name may be."""


class People:
    """Makes candidates, and remembers everything about them that is personal."""

    def __init__(self, *, first: int = 0) -> None:
        self.private: set[str] = {FAMILY_NAME}
        self._numbers = itertools.count(first)
        self._lock = threading.Lock()

    def candidates(
        self, count: int, *, scheme: str = "digital", regency: str = "32.73"
    ) -> list[dict[str, Any]]:
        """Make so many candidates who live in a regency."""
        with self._lock:
            numbers = list(itertools.islice(self._numbers, count))
        return [self._candidate(number, scheme=scheme, regency=regency) for number in numbers]

    def _candidate(self, number: int, *, scheme: str, regency: str) -> dict[str, Any]:
        rest, serial = divmod(number, 9_000)
        month, day = divmod(rest, 28)
        nik = f"327311{day + 1:02d}{month + 1:02d}90{serial + 1:04d}"
        family_card = f"{3_273_110_000_000_000 + number:016d}"
        self.private |= {nik, family_card}
        return {
            "nik": nik,
            "family_card": family_card,
            "name": f"{FAMILY_NAME} {number}",
            "birth_date": f"1990-{month + 1:02d}-{day + 1:02d}",
            "regency": regency,
            "scheme": scheme,
        }
