"""Well-formed bodies for the catalogue's calls, to be spoilt by the tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from chassis.clock import utc_now

BENGKULU = "17.71"
"""A kota on the western clock."""


def day(number: int, *, hour: int = 2) -> datetime:
    """Return an hour (in UTC) of the day so many days from now."""
    today = utc_now().replace(hour=0, minute=0, second=0, microsecond=0)
    return today + timedelta(days=number, hours=hour)


def text(instant: datetime) -> str:
    """Write an instant as callers do."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def provider_body(**changes: Any) -> dict[str, Any]:
    """Write an application."""
    return {
        "name": "BLK Kota Bengkulu",
        "kind": "blk",
        "regency": BENGKULU,
        "email": "info@blk.example",
        **changes,
    }


def course_body(**changes: Any) -> dict[str, Any]:
    """Write an offline course."""
    return {
        "title": "Pengelasan SMAW 3G",
        "summary": "Mengelas pelat pada posisi tegak.",
        "outcomes": ["Menyiapkan pelat", "Mengelas pelat"],
        "track": "skilling",
        "mode": "offline",
        "competency_codes": ["C.24LAS01.001.1"],
        "hours": 40,
        "price": 1_500_000,
        "units": [{"code": None, "title": "Keselamatan kerja"}],
        **changes,
    }


def meeting(
    number: int, *, on_day: int, hours: float = 5, sequence: int | None = None
) -> dict[str, Any]:
    """Write a meeting that starts at 02:00 UTC."""
    start = day(on_day)
    return {
        "sequence": sequence or number,
        "starts_at": text(start),
        "ends_at": text(start + timedelta(hours=hours)),
    }


def two_days(on_day: int) -> list[dict[str, Any]]:
    """Write the meetings of two long days, without a test."""
    return [meeting(number, on_day=on_day - 1 + number, hours=8) for number in (1, 2)]


def class_body(**changes: Any) -> dict[str, Any]:
    """Write an offline class whose registration is open: two meetings and a final test."""
    return {
        "mode": "offline",
        "venue": "Jl. Salak 1, Bengkulu",
        "regency": BENGKULU,
        "zone": "Asia/Jakarta",
        "registration_opens": text(day(-2)),
        "registration_closes": text(day(20)),
        "meetings": [
            meeting(1, on_day=30),
            meeting(2, on_day=31),
            meeting(3, on_day=33, sequence=999),
        ],
        "seats": 16,
        **changes,
    }


def online_body(**changes: Any) -> dict[str, Any]:
    """Write an online class for the whole country: four meetings and a final test, three hours each."""
    meetings = [meeting(number, on_day=29 + number, hours=3) for number in range(1, 5)]
    meetings.append(meeting(5, on_day=34, hours=3, sequence=999))
    online = {"mode": "online", "link": "https://kelas.example/las", "meetings": meetings}
    body = class_body(**{**online, **changes})
    return {name: value for name, value in body.items() if name not in ("venue", "regency")}
