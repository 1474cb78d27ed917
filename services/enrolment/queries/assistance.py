"""How much is assisted, by province or regency, over some months; those who may read it see every count.

The public sees none of it: beside the realisation report, which hides small counts, another report of the same people
would let them be worked out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from chassis.follower import read_follower_state
from services.enrolment.domain.reports.assistance import EVERYWHERE, Assistance, Months, percent
from services.enrolment.domain.reports.realisation import Dimension
from services.enrolment.domain.reports.region_codes import former_codes, in_present_regencies
from services.enrolment.queries.realisation import known_codes, names_of_codes
from services.enrolment.storage.stores import Stores
from services.enrolment.storage.tables.journal import FOLLOWER_STATE

COUNTED = "assistance"
"""The name under which it is remembered how far the journal is counted."""

Cells = Mapping[str, Assistance]


def assistance(
    connection: sa.Connection, dimension: Dimension, months: Months, *, stores: Stores
) -> dict[str, Any]:
    """Report by province or regency; a region where nothing was made is told with nothing."""
    counted = stores.assistance.of_regions(connection, months)
    total = counted.pop(EVERYWHERE, Assistance())
    cells = _cells(counted, dimension)
    names = names_of_codes(connection, dimension)
    span = stores.assistance.span(connection, months)
    state = read_follower_state(connection, FOLLOWER_STATE, COUNTED)
    return {
        "by": dimension.value,
        "first_month": months.first or span.first,
        "last_month": months.last or span.last,
        "rows": {code: {"name": names[code], **_row(cells[code])} for code in sorted(cells)},
        "total": _row(total),
        "former_codes": former_codes(),
        "reconciliation": {
            **_compared(cells, total),
            "counted_to": state.position if state else 0,
            "journal_size": stores.journal.head(connection).size,
        },
    }


def assistance_rows(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return a report as the rows of a table, one for each region, each with the months it is of."""
    months = {name: document[name] for name in ("first_month", "last_month")}
    return [{"code": code, **row, **months} for code, row in document["rows"].items()]


def _cells(regencies: Cells, dimension: Dimension) -> Cells:
    present = in_present_regencies(regencies)
    cells = {code: Assistance() for code in known_codes(dimension)}
    for code, counts in present.items():
        wider = code[:2] if dimension is Dimension.PROVINCE else code
        cells[wider] = cells.get(wider, Assistance()) + counts
    return cells


def _row(counts: Assistance) -> dict[str, Any]:
    return {
        "enrolments": counts.enrolments,
        "enrolments_assisted": counts.enrolments_assisted,
        "enrolments_assisted_percent": percent(counts.enrolments_assisted, counts.enrolments),
        "applications": counts.applications,
        "applications_assisted": counts.applications_assisted,
        "applications_assisted_percent": percent(counts.applications_assisted, counts.applications),
    }


def _compared(cells: Cells, total: Assistance) -> dict[str, Any]:
    """Compare the sum of all regions with what was counted apart from them."""
    difference = sum(cells.values(), -total)
    return {"agrees": difference == Assistance(), "difference": difference.numbers()}
