"""Classes: real dates and real batches where the sources have them, one by rule elsewhere."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sample.conversion.tables import Row, fold, read_table
from sample.conversion.timetables import (
    RealDates,
    Timetable,
    offline_timetable,
    online_timetable,
    real_timetable,
)

_SEATS: Final = {"offline": 16, "online": 30}
_BATCH_SIZES: Final = range(2, 31)

# Batches whose programme is spelt unlike its course; matched by reading.
_SAME_PROGRAMME: Final = {
    "barista cafe": "barista",
    "barista kafe": "barista",
    "ndt penetrant pt dan magnetic test mt": "ndt penetrant test pt dan magnetic test mt",
    "pemrograman embedded system berbasis iot": "pemrograman embadded system berbasis iot",
    "teknisi pemeliharaaan otomasi elektronika industri maintenance industri 4 0": (
        "teknisi pemeliharaan otomasi elektronika industri"
    ),
    "teknisi refrigerasi komersial dan industri f gas": (
        "teknisi refrigerasi komersial dan industri refrigeran f gas"
    ),
    "teknisi telepon seluler": "teknisi telepon seluler perangkat lunak",
    "upgrading teknisi tata udara komersial dan sistem vrf": (
        "teknisi tata udara komersial dan sistem vrf"
    ),
}


def read_batches(source: Path, courses: list[dict[str, str]]) -> list[tuple[str, int]]:
    """Return (course id, participants) of the batches of 2 to 30 that belong to a known course."""
    course_of = {
        fold(row["title"]): row["course_id"]
        for row in courses
        if row["provider_id"] == "bbpvp-bekasi"
    }
    batches = []
    for row in read_table(source, "catalogue/classes_bbpvp_bekasi.csv"):
        programme = fold(row["program"])
        course_id = course_of.get(_SAME_PROGRAMME.get(programme, programme))
        if course_id and int(row["participants"]) in _BATCH_SIZES:
            batches.append((course_id, int(row["participants"])))
    return batches


def convert_classes(
    courses: list[dict[str, object]],
    *,
    course_ids: list[str],
    real: list[RealDates],
    batches: list[tuple[str, int]],
    places: Mapping[str, Row],
) -> list[dict[str, object]]:
    """Return the classes of each course in turn. `course_ids` are the source's ids of `courses`."""
    drafts = _Drafts(real=real, batches=batches)
    classes: list[dict[str, object]] = []
    for index, (course, course_id) in enumerate(zip(courses, course_ids, strict=True)):
        for number, draft in enumerate(drafts.of(index, course_id, course), start=1):
            key = f"{course['key']}-{number}"
            place = places[str(course["provider"])]
            classes.append(_class(key, course, draft, place))
    return classes


@dataclass(frozen=True, slots=True)
class _Draft:
    origin: str
    seats: int
    timetable: Timetable


@dataclass(frozen=True, slots=True)
class _Drafts:
    real: list[RealDates]
    batches: list[tuple[str, int]]

    def of(self, index: int, course_id: str, course: Mapping[str, object]) -> list[_Draft]:
        """Return a course's real classes, else one by rule, or two if it is online."""
        mode, hours = str(course["mode"]), int(str(course["hours"]))
        found = [
            _Draft("real_dates", _SEATS[mode], real_timetable(dates, hours=hours))
            for dates in self.real
            if dates.course_id == course_id
        ]
        found += [
            _Draft("real_batch", seats, offline_timetable(week=2 + row % 10, hours=hours))
            for row, (batch_course, seats) in enumerate(self.batches)
            if batch_course == course_id
        ]
        return found or list(_by_rule(index, mode=mode, hours=hours))


def _by_rule(index: int, *, mode: str, hours: int) -> Iterator[_Draft]:
    week = 2 + index % 8
    if mode == "online":
        yield _Draft("rule", _SEATS[mode], online_timetable(week=week, hours=hours, evening=False))
        later = 2 + (index + 4) % 8
        yield _Draft("rule", _SEATS[mode], online_timetable(week=later, hours=hours, evening=True))
    else:
        # One course in fifteen does not take registrations yet.
        opens_day, wait = (8, 1) if index % 15 == 0 else (-1, 0)
        timetable = offline_timetable(week=week + wait, hours=hours, opens_day=opens_day)
        yield _Draft("rule", _SEATS[mode], timetable)


def _class(key: str, course: Mapping[str, object], draft: _Draft, place: Row) -> dict[str, object]:
    online = course["mode"] == "online"
    timetable = draft.timetable
    return {
        "key": key,
        "course": course["key"],
        "origin": draft.origin,
        "mode": course["mode"],
        "link": f"https://kelas.example/{key}" if online else None,
        "venue": None if online else f"{place['name']}, {place['regency_name']}",
        "regency": None if online else place["regency"],
        "zone": place["zone"],
        "seats": draft.seats,
        "opens_day": timetable.opens_day,
        "closes_day": timetable.closes_day,
        "days": list(timetable.days),
        "test_day": timetable.test_day,
        "starts": timetable.starts,
        "ends": timetable.ends,
    }
