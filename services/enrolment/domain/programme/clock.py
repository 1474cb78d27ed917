"""A clock runs for whole days, and out when the last of them ends where the holder lives."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from vocabulary.regions import regency
from vocabulary.zones import Zone


def end_of_day(instant: datetime, zone: Zone) -> datetime:
    """Return when the day ends in which an instant lies, in a zone: at 24:00, which no longer belongs to it."""
    tomorrow = instant.astimezone(zone.tzinfo).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time(), tzinfo=zone.tzinfo).astimezone(instant.tzinfo)


def given_again(deadline: datetime, *, since: datetime, now: datetime, region: str) -> datetime:
    """Return when a clock runs out that had stood still since an instant: as many days later as were left then."""
    zone = regency(region).zone
    last = (deadline - timedelta.resolution).astimezone(zone.tzinfo).date()
    left = last - since.astimezone(zone.tzinfo).date()
    return end_of_day(now + left, zone)


def runs_out(start: datetime, lasts: timedelta, *, region: str) -> datetime:
    """Return when a clock runs out for somebody in a regency: 15 days end when the fifteenth day after `start` does."""
    return end_of_day(start + lasts, regency(region).zone)
