"""Instants: how they are read from the clock and how they are written."""

from __future__ import annotations

from datetime import UTC, datetime


def utc_now() -> datetime:
    """Return the present instant in UTC, to the microsecond."""
    return datetime.now(UTC)


def write_instant(instant: datetime) -> str:
    """Write an aware instant as RFC 3339 in UTC with six decimals, so that text sorts as time does."""
    return instant.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def read_instant(text: str) -> datetime:
    """Read an instant that `write_instant` wrote."""
    return datetime.fromisoformat(text).astimezone(UTC)
