"""Instants as readers see them."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_datetime

_JAKARTA = ZoneInfo("Asia/Jakarta")


def shown_instant(instant: datetime, language: str) -> str:
    """Write an instant in Jakarta's time, which is what the programme's offices go by, and say so."""
    local = instant.astimezone(_JAKARTA)
    return f"{format_datetime(local, 'd MMMM y, HH.mm', locale=language)} WIB"
