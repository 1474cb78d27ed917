"""Instants are written so that they sort as time does, and read back exactly."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.clock import read_instant, utc_now, write_instant

ZONES = st.integers(-12 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
# A day away from both ends of the calendar, so that no zone leads out of it.
INSTANTS = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=ZONES)  # noqa: DTZ001


@given(INSTANTS)
def test_an_instant_is_read_back_exactly_and_in_utc(instant: datetime) -> None:
    read = read_instant(write_instant(instant))
    assert read == instant
    assert read.utcoffset() == timedelta(0)


@given(INSTANTS, INSTANTS)
def test_written_instants_sort_as_time_does(one: datetime, other: datetime) -> None:
    assert (write_instant(one) < write_instant(other)) == (one < other)


def test_an_instant_is_written_as_rfc_3339_with_six_decimals() -> None:
    noon_in_jayapura = datetime(2026, 11, 22, 12, tzinfo=timezone(timedelta(hours=9)))
    assert write_instant(noon_in_jayapura) == "2026-11-22T03:00:00.000000Z"
    assert write_instant(datetime(33, 4, 3, tzinfo=UTC)) == "0033-04-03T00:00:00.000000Z"


def test_now_is_in_utc() -> None:
    assert utc_now().utcoffset() == timedelta(0)
    assert abs(utc_now() - datetime.now(UTC)) < timedelta(minutes=1)


@pytest.mark.parametrize("text", ["", "yesterday", "2026-13-01T00:00:00.000000Z"])
def test_what_is_no_instant_is_not_read(text: str) -> None:
    with pytest.raises(ValueError, match=r"isoformat|month"):
        read_instant(text)
