"""Regions: 38 provinces and 514 regencies (kabupaten and kota) by their Kemendagri codes.

A code is text with a dot: `17`, `17.71`. One that passed through a number column has lost its last
zero (11.10 became 11.1) and could stand for two regions; one that was abolished in 2022 has a
successor. Both are refused with the remedy and never guessed, because a wrong guess counts a person
in the wrong region without anybody noticing.
"""

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from importlib.resources import files
from types import MappingProxyType
from typing import Final

from vocabulary import zones
from vocabulary.zones import Zone

_WHOLE_CODE: Final = re.compile(r"\A[0-9]{2}(\.[0-9]{2})?\Z")
_LOST_A_ZERO: Final = re.compile(r"\A([0-9]{2})[.,]([0-9])\Z")
_OTHER_PUNCTUATION: Final = re.compile(r"\A[0-9]{2}[^0-9.]?[0-9]{2}\Z")


class RegencyKind(StrEnum):
    """The two kinds of regency; 26 names belong to one of each."""

    KABUPATEN = "kabupaten"
    KOTA = "kota"


class UnknownRegion(ValueError):
    """Raised for a code that names no region of today; the message says what to send instead."""


class MutilatedRegionCode(UnknownRegion):
    """Raised for a code that is a number, or has passed through one and lost a zero."""


class FormerRegionCode(UnknownRegion):
    """Raised for a code that was abolished; `successor` is the code in its place."""

    def __init__(self, message: str, *, successor: str) -> None:
        super().__init__(message)
        self.successor = successor


@dataclass(frozen=True, slots=True)
class Province:
    """A province. `zone` is the zone of all its regencies."""

    code: str
    name: str
    zone: Zone


@dataclass(frozen=True, slots=True)
class Regency:
    """A kabupaten or kota. Only `full_name` is unambiguous among names."""

    code: str
    province: str
    kind: RegencyKind
    name: str
    full_name: str
    zone: Zone


Region = Province | Regency


@dataclass(frozen=True, slots=True)
class FormerCode:
    """A regency's code that was abolished, the code in its place, and the day of the law that divided the province."""

    code: str
    successor: str
    since: date


def _rows(table: str) -> Iterator[dict[str, str]]:
    text = (files("vocabulary") / "data" / table).read_text(encoding="utf-8")
    return csv.DictReader(text.splitlines())


def _read_provinces() -> Mapping[str, Province]:
    rows = _rows("provinces.csv")
    return MappingProxyType(
        {row["code"]: Province(row["code"], row["name"], zones.zone(row["zone"])) for row in rows}
    )


def _read_regencies() -> Mapping[str, Regency]:
    return MappingProxyType(
        {
            row["code"]: Regency(
                code=row["code"],
                province=row["province"],
                kind=RegencyKind(row["kind"]),
                name=row["name"],
                full_name=row["full_name"],
                zone=zones.zone(row["zone"]),
            )
            for row in _rows("regencies.csv")
        }
    )


PROVINCES: Final[Mapping[str, Province]] = _read_provinces()
REGENCIES: Final[Mapping[str, Regency]] = _read_regencies()
FORMER_CODES: Final[Mapping[str, FormerCode]] = MappingProxyType(
    {
        row["code"]: FormerCode(row["code"], row["successor"], date.fromisoformat(row["since"]))
        for row in _rows("former_codes.csv")
    }
)
"""Codes abolished when Papua was divided in 2022. Nobody sends them any more; what was kept under one is read under its
successor.
"""
SUCCESSORS: Final[Mapping[str, str]] = MappingProxyType(
    {former.code: former.successor for former in FORMER_CODES.values()}
)


def region(code: object) -> Region:
    """Look up a province or a regency by its code.

    Raises `UnknownRegion`, or one of its kinds `MutilatedRegionCode` and `FormerRegionCode`.
    """
    text = _whole_code(code)
    found: Region | None = PROVINCES.get(text) or REGENCIES.get(text)
    if found is not None:
        return found
    successor = SUCCESSORS.get(text)
    if successor is not None:
        name = REGENCIES[successor].full_name
        raise FormerRegionCode(
            f"Region code {text} was abolished in {FORMER_CODES[text].since.year}. Send {successor} ({name}) instead.",
            successor=successor,
        )
    raise UnknownRegion(f"No region has the code {text}. Look it up in the list of regions.")


def present_code(kept: str) -> str:
    """Return the code of today for one that was kept, perhaps long ago; what somebody sends, `region` judges."""
    return SUCCESSORS.get(kept, kept)


def codes_kept_for(present: str) -> tuple[str, ...]:
    """Return the codes under which something of a region of today may be kept: its own, then those it succeeded."""
    former = (each.code for each in FORMER_CODES.values() if each.successor == present)
    return (present, *former)


def region_code(code: object) -> str:
    """Check the code of a province or a regency. Raises `UnknownRegion` as `region` does."""
    return region(code).code


def province(code: object) -> Province:
    """Look up a province by its code. Raises `UnknownRegion`, also for a regency."""
    found = region(code)
    if not isinstance(found, Province):
        raise UnknownRegion(
            f"{found.code} is {found.full_name}, not a province. Send a two-digit code."
        )
    return found


def regency(code: object) -> Regency:
    """Look up a kabupaten or kota by its code. Raises `UnknownRegion`, also for a province."""
    found = region(code)
    if not isinstance(found, Regency):
        raise UnknownRegion(
            f"{found.code} is the province {found.name}. "
            f"Send the code of one of its regencies, such as {regencies_of(found.code)[0].code}."
        )
    return found


def regencies_of(code: object) -> tuple[Regency, ...]:
    """List the regencies of a province in the order of their codes. Raises `UnknownRegion`."""
    wanted = province(code).code
    return tuple(found for found in REGENCIES.values() if found.province == wanted)


def _whole_code(code: object) -> str:
    if not isinstance(code, str):
        raise MutilatedRegionCode(
            'A region code is text. Send it in quotes with all its digits, such as "11.10": '
            "as a number it loses a zero."
        )
    if _WHOLE_CODE.match(code):
        return code
    lost = _LOST_A_ZERO.match(code)
    if lost:
        raise MutilatedRegionCode(
            f"Region code {code} has lost a zero, as codes do in a number column. "
            f"Look up which one was meant ({_could_be(*lost.groups())}) and send it as text."
        )
    if _OTHER_PUNCTUATION.match(code):
        raise UnknownRegion(f"A regency's code has a dot: send {code[:2]}.{code[-2:]}.")
    raise UnknownRegion(
        "A region code is two digits for a province (17) or two, a dot and two more for a regency "
        "(17.71)."
    )


def _could_be(start: str, digit: str) -> str:
    """List the codes that a mutilated one may stand for; the choice is the sender's."""
    candidates = [code for code in (f"{start}.0{digit}", f"{start}.{digit}0") if code in REGENCIES]
    return " or ".join(candidates or [start])
