"""Classes: real dates and real batches where the sources have them, one by rule elsewhere.

Days are counted from day 0, the Monday of the week in which the data is loaded, so that real weekdays
stay weekdays whenever that is.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from sample.conversion.tables import Row, fold, read_table

# The week of the first real registration deadline becomes the week after the load.
_REAL_DAY_SEVEN: Final = date(2025, 6, 9)
_MOST_MEETINGS: Final = 12
_HOURS_A_DAY: Final = {"offline": 8, "online": 3}
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


@dataclass(frozen=True, slots=True)
class Timetable:
    """When a class runs, in days from day 0 and local hours; the test is its last meeting."""

    closes_day: int
    days: tuple[int, ...]
    test_day: int
    starts: str
    ends: str
    opens_day: int = -1


@dataclass(frozen=True, slots=True)
class RealDates:
    """One batch of the 2025 schedule, in the order its dates must have."""

    course_id: str
    registration_close: date
    selection_start: date
    selection_end: date
    training_start: date
    training_end: date
    exam_start: date


def read_real_dates(source: Path) -> list[RealDates]:
    """Read the 2025 schedule, repairing a selection that precedes the end of registration."""
    return [_real_dates(row) for row in read_table(source, "catalogue/classes_ppkd_jakut_2025.csv")]


def training_days(real: list[RealDates]) -> dict[str, int]:
    """Count the weekdays of each course's first real training."""
    return {dates.course_id: len(_weekdays(dates)) for dates in reversed(real)}


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
            _Draft("real_dates", _SEATS[mode], _real_timetable(dates, hours=hours))
            for dates in self.real
            if dates.course_id == course_id
        ]
        found += [
            _Draft("real_batch", seats, _offline_timetable(week=2 + row % 10, hours=hours))
            for row, (batch_course, seats) in enumerate(self.batches)
            if batch_course == course_id
        ]
        return found or list(_by_rule(index, mode=mode, hours=hours))


def _by_rule(index: int, *, mode: str, hours: int) -> Iterator[_Draft]:
    week = 2 + index % 8
    if mode == "online":
        yield _Draft("rule", _SEATS[mode], _online_timetable(week=week, hours=hours, evening=False))
        later = 2 + (index + 4) % 8
        yield _Draft("rule", _SEATS[mode], _online_timetable(week=later, hours=hours, evening=True))
    else:
        # One course in fifteen does not take registrations yet.
        opens_day, wait = (8, 1) if index % 15 == 0 else (-1, 0)
        timetable = _offline_timetable(week=week + wait, hours=hours, opens_day=opens_day)
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


def _meetings(*, hours: int, mode: str) -> int:
    """Return how many meetings, the test included, a class of so many hours shows."""
    return max(2, min(_MOST_MEETINGS, hours // _HOURS_A_DAY[mode]))


def _offline_timetable(*, week: int, hours: int, opens_day: int = -1) -> Timetable:
    """Meet on consecutive weekdays from the Monday of a week; registration ends on the Friday."""
    monday = 7 * week
    count = _meetings(hours=hours, mode="offline")
    days = [monday + 7 * (number // 5) + number % 5 for number in range(count)]
    return Timetable(monday - 3, tuple(days[:-1]), days[-1], "08:00", "16:00", opens_day)


def _online_timetable(*, week: int, hours: int, evening: bool) -> Timetable:
    """Meet on Monday, Wednesday and Friday afternoons, or Tuesday, Thursday and Saturday evenings."""
    first = 7 * week + (1 if evening else 0)
    count = _meetings(hours=hours, mode="online")
    days = [first + 7 * (number // 3) + 2 * (number % 3) for number in range(count)]
    starts, ends = ("19:00", "22:00") if evening else ("13:00", "16:00")
    return Timetable(7 * week - 3, tuple(days[:-1]), days[-1], starts, ends)


def _real_timetable(dates: RealDates, *, hours: int) -> Timetable:
    """Spread the meetings evenly over the real training days, the test on the real day of exams."""
    every = _weekdays(dates)
    count = _meetings(hours=hours, mode="offline") - 1
    chosen = [every[number * (len(every) - 1) // max(1, count - 1)] for number in range(count)]
    return Timetable(
        _shifted(dates.registration_close),
        tuple(_shifted(day) for day in chosen),
        _shifted(dates.exam_start),
        "08:00",
        "16:00",
    )


def _shifted(day: date) -> int:
    return (day - _REAL_DAY_SEVEN).days + 7


def _weekdays(dates: RealDates) -> list[date]:
    length = (dates.training_end - dates.training_start).days + 1
    days = (dates.training_start + timedelta(days=number) for number in range(length))
    return [day for day in days if day.weekday() < 5]


def _real_dates(row: Row) -> RealDates:
    close = date.fromisoformat(row["registration_close"])
    selection = date.fromisoformat(row["selection_start"])
    late = close + timedelta(days=1) - selection if selection < close else timedelta(0)
    dates = RealDates(
        course_id=row["course_id"],
        registration_close=close,
        selection_start=selection + late,
        selection_end=date.fromisoformat(row["selection_end"]) + late,
        training_start=date.fromisoformat(row["training_start"]),
        training_end=date.fromisoformat(row["training_end"]),
        exam_start=date.fromisoformat(row["exam_start"]),
    )
    in_order = (close, dates.selection_start, dates.selection_end, dates.training_start)
    ordered = [*in_order, dates.training_end, dates.exam_start]
    if ordered != sorted(ordered):
        raise ValueError(f"the dates of {row['class_id']} are out of order beyond repair")
    return dates
