"""The sample data as typed values, read from the files in `data/`."""

import csv
import json
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, slots=True)
class Provider:
    """A real training institution; `regency` is None where its place is not known for certain."""

    key: str
    name: str
    kind: str
    regency: str | None


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of competence taught in a course."""

    code: str | None
    title: str


@dataclass(frozen=True, slots=True)
class Course:
    """A course. `hours_from` says which source or rule the hours are from; `price` is in rupiah."""

    key: str
    provider: str
    title: str
    category: str
    track: str
    mode: str
    hours: int
    hours_from: str
    price: int
    price_is_sample: bool
    competency_codes: tuple[str, ...]
    units: tuple[Unit, ...]
    summary: str
    outcomes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SampleClass:
    """A class in days from day 0, a Monday; `starts` and `ends` are local hours of each meeting."""

    key: str
    course: str
    origin: str
    mode: str
    link: str | None
    venue: str | None
    regency: str | None
    zone: str
    seats: int
    opens_day: int
    closes_day: int
    days: tuple[int, ...]
    test_day: int
    starts: str
    ends: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """An invented person to be admitted to the sample wave."""

    nik: str
    family_card: str
    name: str
    birth_date: date
    regency: str
    cluster: str | None
    scheme: str


def read_providers() -> list[Provider]:
    """Read the institutions."""
    rows = _csv_rows("providers.csv")
    return [Provider(r["key"], r["name"], r["kind"], r["regency"] or None) for r in rows]


def read_courses() -> list[Course]:
    """Read the courses."""
    return [
        Course(
            **{
                **row,
                "competency_codes": tuple(row["competency_codes"]),
                "units": tuple(Unit(**unit) for unit in row["units"]),
                "outcomes": tuple(row["outcomes"]),
            }
        )
        for row in _json_rows("courses.json")
    ]


def read_classes() -> list[SampleClass]:
    """Read the classes."""
    return [
        SampleClass(**{**row, "days": tuple(row["days"])}) for row in _json_rows("classes.json")
    ]


def read_candidates() -> list[Candidate]:
    """Read the invented people."""
    return [
        Candidate(
            nik=row["nik"],
            family_card=row["family_card"],
            name=row["name"],
            birth_date=date.fromisoformat(row["birth_date"]),
            regency=row["regency"],
            cluster=row["cluster"] or None,
            scheme=row["scheme"],
        )
        for row in _csv_rows("candidates.csv")
    ]


def read_prose_fingerprints() -> list[str]:
    """Read the fingerprints of the sources' prose, none of which may stand in our texts."""
    return _text("source_prose.txt").splitlines()


def _text(name: str) -> str:
    return (files("sample") / "data" / name).read_text(encoding="utf-8")


def _csv_rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(_text(name).splitlines()))


def _json_rows(name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(_text(name))
    return rows
