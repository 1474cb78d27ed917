"""Courses: facts from the catalogues, everything else by the rules in `rules.py`."""

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sample.conversion.fields import field_of
from sample.conversion.rules import (
    hours_by_scheme,
    hours_of_days,
    hours_of_lessons,
    mode_of,
    sample_price,
    track_of,
)
from sample.conversion.tables import Row, fold, read_table
from sample.conversion.wording import outcomes_of, summary_of

_NUMBER_MARK: Final = re.compile(r"\b(?:no\.|nomor)\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Sources:
    """The tables a course is made from."""

    courses: list[dict[str, str]]
    units: Mapping[str, list[Row]]
    providers: Mapping[str, Row]
    # Keyed by the source's course id: those with a batch at the centre, and their training days.
    taught_at_the_centre: frozenset[str]
    training_days: Mapping[str, int]
    # Keyed by folded title, in rupiah.
    known_prices: Mapping[str, int]


def read_units(source: Path) -> Mapping[str, list[Row]]:
    """Group the units by course; a title without a letter is a stray mark of the page it was on."""
    units: dict[str, list[Row]] = defaultdict(list)
    for row in read_table(source, "catalogue/course_units_id.csv"):
        if re.search(r"[^\W\d_]", row["unit_title"]):
            units[row["course_id"]].append(row)
    return units


def read_known_prices(source: Path) -> dict[str, int]:
    """Return the prices that were published, by folded title."""
    rows = read_table(source, "catalogue/prakerja_known_courses.csv")
    return {fold(row["title"]): int(row["price_idr"]) for row in rows if row["price_idr"]}


def convert_courses(sources: Sources) -> list[dict[str, object]]:
    """Return one course for each row of the catalogues, in their order."""
    same_title = {
        fold(row["title"]): int(row["duration_jp"])
        for row in reversed(sources.courses)
        if row["duration_jp"]
    }
    return [_course(row, sources, same_title) for row in sources.courses]


def _course(row: Row, sources: Sources, same_title: Mapping[str, int]) -> dict[str, object]:
    title, scheme_type = row["title"], row["scheme_type"]
    provider = sources.providers[row["provider_id"]]
    units = sources.units.get(row["course_id"], [])
    names = [unit["unit_title"] for unit in units]
    field = field_of(named=row["category"], title=title)
    mode = mode_of(
        field=field,
        title=title,
        met_at_the_centre=row["course_id"] in sources.taught_at_the_centre,
    )
    hours, hours_from = _hours(row, sources.training_days, same_title, mode=mode)
    known_price = sources.known_prices.get(fold(title))
    return {
        "key": f"{provider['key']}-{row['course_id'].rsplit('-', 1)[1]}",
        "provider": provider["key"],
        "title": title,
        "category": field,
        "track": track_of(title=title, scheme_type=scheme_type),
        "mode": mode,
        "hours": hours,
        "hours_from": hours_from,
        "price": known_price or sample_price(mode=mode, hours=hours),
        "price_is_sample": known_price is None,
        "competency_codes": _codes(row, units),
        "units": [
            {"code": unit["unit_code"] or None, "title": unit["unit_title"]} for unit in units
        ],
        "summary": summary_of(
            title=title,
            provider=provider["name"],
            field=field,
            mode=mode,
            hours=hours,
            units=names,
            scheme=f"{scheme_type.lower()} {row['scheme_code']}".strip(),
        ),
        "outcomes": outcomes_of(field=field, units=names),
    }


def _hours(
    row: Row, training_days: Mapping[str, int], same_title: Mapping[str, int], *, mode: str
) -> tuple[int, str]:
    """Return a course's hours and where they are from, the best source first."""
    if row["duration_jp"]:
        return hours_of_lessons(int(row["duration_jp"])), "source"
    if row["course_id"] in training_days:
        return hours_of_days(training_days[row["course_id"]]), "training_dates"
    if fold(row["title"]) in same_title:
        return hours_of_lessons(same_title[fold(row["title"])]), "same_title"
    return hours_by_scheme(mode=mode, scheme_type=row["scheme_type"]), "rule"


def _codes(row: Row, units: list[Row]) -> list[str]:
    """List the scheme's code, the national standards (SKKNI) and the codes of the units."""
    numbers = _NUMBER_MARK.split(row["skkni"])[1:]
    standards = [f"SKKNI {number.strip().upper()}" for number in numbers]
    scheme = [row["scheme_code"]] if row["scheme_code"] else []
    return [*scheme, *standards, *(unit["unit_code"] for unit in units if unit["unit_code"])]
