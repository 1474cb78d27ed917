"""Counts of regions whose code was abolished: they follow the successor, whichever province that lies in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, Self, TypeVar

from vocabulary.regions import FORMER_CODES, present_code


class Counted(Protocol):
    """Counts that can be added up."""

    def __add__(self, other: Self, /) -> Self: ...

    def __neg__(self) -> Self: ...


C = TypeVar("C", bound=Counted)


def in_present_regencies(regencies: Mapping[str, C]) -> dict[str, C]:
    """Return counts of regencies by the codes of today."""
    present: dict[str, C] = {}
    for code, counts in regencies.items():
        _add(present, present_code(code), counts)
    return present


def in_present_provinces(provinces: Mapping[str, C], *, regencies: Mapping[str, C]) -> dict[str, C]:
    """Return counts of provinces, those of each regency that went to another province moved there.

    Both are as they were counted, each by itself; so they can still be compared with each other.
    """
    present = dict(provinces)
    for code, counts in regencies.items():
        before, now = code[:2], present_code(code)[:2]
        if before != now:
            _add(present, before, -counts)
            _add(present, now, counts)
    return present


def former_codes() -> list[dict[str, Any]]:
    """Tell which codes were abolished, since when, and where what was counted under each is counted now."""
    return [
        {"code": each.code, "successor": each.successor, "since": each.since.isoformat()}
        for each in FORMER_CODES.values()
    ]


def _add(cells: dict[str, C], code: str, counts: C) -> None:
    cells[code] = cells[code] + counts if code in cells else counts
