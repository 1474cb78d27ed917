"""Days of the calendar as they are sent: year, month and day, with hyphens."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

_DATE: Final = re.compile(
    r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}\Z"
)  # Python reads week dates and others besides


def parse_date(value: object) -> date:
    """Read a calendar date. Raises `ValueError` with the remedy."""
    if not isinstance(value, str) or not _DATE.match(value):
        raise ValueError("Send a date such as 1990-05-31.")
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise ValueError(
            "There is no such day in the calendar; send a date such as 1990-05-31."
        ) from None
