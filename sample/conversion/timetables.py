"""Timetables: real dates shifted to the coming weeks, or weekdays by rule.

Days are counted from day 0, the Monday of the week in which the data is loaded, so that real weekdays
stay weekdays whenever that is.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from sample.conversion.tables import Row, read_table

# The week of the first real registration deadline becomes the week after the load.
_REAL_DAY_SEVEN: Final = date(2025, 6, 9)
_MOST_MEETINGS: Final = 12
_HOURS_A_DAY: Final = {"offline": 8, "online": 3}


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


def _meetings(*, hours: int, mode: str) -> int:
    """Return how many meetings, the test included, a class of so many hours shows."""
    return max(2, min(_MOST_MEETINGS, hours // _HOURS_A_DAY[mode]))


def offline_timetable(*, week: int, hours: int, opens_day: int = -1) -> Timetable:
    """Meet on consecutive weekdays from the Monday of a week; registration ends on the Friday."""
    monday = 7 * week
    count = _meetings(hours=hours, mode="offline")
    days = [monday + 7 * (number // 5) + number % 5 for number in range(count)]
    return Timetable(monday - 3, tuple(days[:-1]), days[-1], "08:00", "16:00", opens_day)


def online_timetable(*, week: int, hours: int, evening: bool) -> Timetable:
    """Meet on Monday, Wednesday and Friday afternoons, or Tuesday, Thursday and Saturday evenings."""
    first = 7 * week + (1 if evening else 0)
    count = _meetings(hours=hours, mode="online")
    days = [first + 7 * (number // 3) + 2 * (number % 3) for number in range(count)]
    starts, ends = ("19:00", "22:00") if evening else ("13:00", "16:00")
    return Timetable(7 * week - 3, tuple(days[:-1]), days[-1], starts, ends)


def real_timetable(dates: RealDates, *, hours: int) -> Timetable:
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
