"""Realisation by a dimension, with a block that shows that it adds up, for those who may see all and for the public."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from chassis.follower import read_follower_state
from services.enrolment.domain.reports.disclosure import (
    Shown,
    hidden_in,
    roughly,
    shown,
    shown_in_groups,
)
from services.enrolment.domain.reports.realisation import TOTAL, UNASSIGNED, Counts, Dimension
from services.enrolment.domain.reports.region_codes import (
    former_codes,
    in_present_provinces,
    in_present_regencies,
)
from services.enrolment.storage.stores import Stores
from services.enrolment.storage.tables.journal import FOLLOWER_STATE
from services.enrolment.storage.tables.programme import WAVE
from vocabulary.regions import PROVINCES, REGENCIES

COUNTED = "realisation"
"""The name under which it is remembered how far the journal is counted."""

OF_REGIONS = (Dimension.PROVINCE, Dimension.REGENCY)
NUMBERS_OF_PEOPLE = ("enrolled", "started", "cancelled")
Cells = Mapping[str, Counts]
Row = dict[str, Shown | None]


@dataclass(frozen=True, slots=True)
class Report:
    """The document, and up to which position of the journal it counts."""

    document: Mapping[str, Any]
    position: int


def realisation(
    connection: sa.Connection, dimension: Dimension, *, exact: bool, stores: Stores
) -> Report:
    """Report by a dimension; `exact` is for those who may see small counts too."""
    cells = _cells(connection, dimension, stores)
    total = stores.realisation.counts(connection, TOTAL).get("", Counts())
    rows = _exactly(cells) if exact else _publicly(connection, dimension, cells, stores)
    names = names_of_codes(connection, dimension)
    state = read_follower_state(connection, FOLLOWER_STATE, COUNTED)
    position = state.position if state else 0
    document = {
        "by": dimension.value,
        "unassigned": rows.pop(UNASSIGNED),
        "rows": {code: {"name": names.get(code), **row} for code, row in sorted(rows.items())},
        "total": (_exactly if exact else _alone)({"": total})[""],
        "former_codes": former_codes() if dimension in OF_REGIONS else [],
        "reconciliation": {
            **_compared(cells, total),
            "counted_to": position,
            "journal_size": stores.journal.head(connection).size,
        },
    }
    return Report(document, position)


def _cells(connection: sa.Connection, dimension: Dimension, stores: Stores) -> Cells:
    """Read the counts of a dimension, those of its codes for which nothing is counted too."""
    known = (UNASSIGNED, *known_codes(dimension))
    counted = stores.realisation.counts(connection, dimension)
    match dimension:
        case Dimension.REGENCY:
            counted = in_present_regencies(counted)
        case Dimension.PROVINCE:
            regencies = stores.realisation.counts(connection, Dimension.REGENCY)
            counted = in_present_provinces(counted, regencies=regencies)
    return {code: Counts() for code in known} | counted


def known_codes(dimension: Dimension) -> tuple[str, ...]:
    """List the codes that are always named: a region that is left out is not a region where nobody took part."""
    match dimension:
        case Dimension.PROVINCE:
            return tuple(PROVINCES)
        case Dimension.REGENCY:
            return tuple(REGENCIES)
        case _:
            return ()


def names_of_codes(connection: sa.Connection, dimension: Dimension) -> Mapping[str, str]:
    """Return what codes are called, where they do not speak for themselves and it is known here."""
    match dimension:
        case Dimension.PROVINCE:
            return {province.code: province.name for province in PROVINCES.values()}
        case Dimension.REGENCY:
            return {regency.code: regency.full_name for regency in REGENCIES.values()}
        case Dimension.WAVE:
            waves = connection.execute(sa.select(WAVE.c.wave_id, WAVE.c.name))
            return {row.wave_id: row.name for row in waves}
        case _:
            return {}


def _compared(cells: Cells, total: Counts) -> dict[str, Any]:
    """Compare the sum of all rows and of what is unassigned with what was counted apart from them."""
    difference = sum(cells.values(), -total)
    return {"agrees": difference == Counts(), "difference": difference.numbers()}


def _exactly(cells: Cells) -> dict[str, Row]:
    return {code: {**counts.numbers()} for code, counts in cells.items()}


def _alone(total: Cells) -> dict[str, Row]:
    return _rows(total, _hidden(total))


def _publicly(
    connection: sa.Connection, dimension: Dimension, cells: Cells, stores: Stores
) -> dict[str, Row]:
    """Hide small counts. Those of regencies are hidden province by province, since the provinces are reported too."""
    if dimension is not Dimension.REGENCY:
        return _rows(cells, _hidden(cells))
    provinces = _hidden(_cells(connection, Dimension.PROVINCE, stores))
    seen: dict[str, Mapping[str, Shown]] = {}
    for name in NUMBERS_OF_PEOPLE:
        seen[name] = shown_in_groups(
            _numbers(cells, name),
            group_of=lambda code: code[:2],
            sums=provinces[name],
            also=_bounded(name, seen),
        )
    return _rows(cells, seen)


def _hidden(cells: Cells) -> dict[str, Mapping[str, Shown]]:
    """Return by the name of each count what the public sees of it."""
    seen: dict[str, Mapping[str, Shown]] = {}
    for name in NUMBERS_OF_PEOPLE:
        seen[name] = shown(_numbers(cells, name), also=_bounded(name, seen))
    return seen


def _bounded(name: str, seen: Mapping[str, Mapping[str, Shown]]) -> set[str]:
    """Return where a count is a bound for a hidden one: nobody starts who is not enrolled."""
    return hidden_in(seen["enrolled"]) if name == "started" else set()


def _numbers(cells: Cells, name: str) -> dict[str, int]:
    return {code: getattr(counts, name) for code, counts in cells.items()}


def _rows(cells: Cells, seen: Mapping[str, Mapping[str, Shown]]) -> dict[str, Row]:
    """Write rows as the public sees them; money is rough, and left out where the number of people is hidden."""
    rows: dict[str, Row] = {}
    for code, counts in cells.items():
        numbers = {name: seen[name][code] for name in NUMBERS_OF_PEOPLE}
        is_told = isinstance(numbers["enrolled"], int)
        rows[code] = {**numbers, "amount": roughly(counts.amount) if is_told else None}
    return rows
