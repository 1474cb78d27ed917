"""Files of courses, queries and judgements.

Courses: CSV with `course_id`, `title` and any of the columns below; or units of courses, with `course_id` and
`unit_title`. Queries: tab-separated, with `qid` and `query`. Judgements: tab-separated, with `qid`, `course_id` and
`grade`.
"""

from __future__ import annotations

import csv
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

from services.catalog.search.courses import IndexedCourse

_SUBJECTS = ("category", "skills")
_PROSE = ("objective", "description", "summary", "entry_requirement")
_CODES = ("scheme_code", "skkni", "ref_no")

Row = Mapping[str, str]


def read_courses(files: Iterable[Path]) -> list[IndexedCourse]:
    """Read courses as the index takes them; what is shown of one is its id in the file."""
    courses: dict[str, Row] = {}
    units: defaultdict[str, list[Row]] = defaultdict(list)
    for file in files:
        for row in _rows(file, ","):
            if "title" in row:
                courses[row["course_id"]] = row
            else:
                units[row["course_id"]].append(row)
    return [_course(row, units[course_id]) for course_id, row in courses.items()]


def read_queries(file: Path) -> dict[str, str]:
    """Read the queries by their ids."""
    return {row["qid"]: row["query"] for row in _rows(file, "\t")}


def read_grades(file: Path) -> dict[str, dict[str, int]]:
    """Read the grades of courses by query."""
    grades: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for row in _rows(file, "\t"):
        grades[row["qid"]][row["course_id"]] = int(row["grade"])
    return dict(grades)


def _rows(file: Path, delimiter: str) -> list[dict[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as opened:
        return list(csv.DictReader(opened, delimiter=delimiter))


def _course(row: Row, units: Iterable[Row]) -> IndexedCourse:
    provider = row.get("provider_id") or row.get("provider_name") or ""
    return IndexedCourse(
        course_id=str(uuid.uuid5(uuid.NAMESPACE_URL, row["course_id"])),
        title=row["title"],
        subjects=[*_texts(row, _SUBJECTS), *(unit["unit_title"] for unit in units)],
        prose=_texts(row, _PROSE),
        codes=[*_texts(row, _CODES), *(unit.get("unit_code") or "" for unit in units)],
        provider_id=str(uuid.uuid5(uuid.NAMESPACE_URL, provider)),
        provider_name=row.get("provider_name") or provider,
        track="skilling",
        mode="offline",
        price=0,
        offers=(),
        shown=row["course_id"].encode(),
    )


def _texts(row: Row, names: Iterable[str]) -> list[str]:
    return [row[name] for name in names if row.get(name)]
