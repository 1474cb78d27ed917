"""From days counted from day 0 to instants."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def day_zero(today: date) -> date:
    """Return the Monday of a day's week."""
    return today - timedelta(days=today.weekday())


def instant(*, zero: date, day: int, clock: str, zone: str) -> str:
    """Return the instant of a local hour so many days after day 0, as RFC 3339 in UTC.

    `clock` is like `08:00`, `zone` an IANA name.
    """
    local = datetime.combine(
        zero + timedelta(days=day), time.fromisoformat(clock), tzinfo=ZoneInfo(zone)
    )
    return local.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
