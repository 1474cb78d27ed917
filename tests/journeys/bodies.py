"""What providers and operators send when nothing is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from chassis.clock import utc_now, write_instant

VENUE_REGENCY = "17.71"
PRICE = 250_000


def days_from_now(days: float, *, hours: float = 0) -> str:
    """Write the instant at 02:00 UTC (a morning anywhere in Indonesia) of another day, or some hours later."""
    today = utc_now().replace(hour=2, minute=0, second=0, microsecond=0)
    return write_instant(today + timedelta(days=days, hours=hours))


def application(name: str) -> dict[str, Any]:
    """Apply as an institution."""
    return {
        "name": name,
        "kind": "blk",
        "regency": VENUE_REGENCY,
        "email": "info@lembaga.example",
    }


def course(mode: str, **changes: Any) -> dict[str, Any]:
    """Describe a course."""
    return {
        "title": "Pengelasan SMAW 3G",
        "summary": "Mengelas pelat pada posisi tegak.",
        "outcomes": ["Menyiapkan pelat", "Mengelas pelat"],
        "track": "skilling",
        "mode": mode,
        "competency_codes": ["C.24LAS01.001.1"],
        "hours": 40,
        "price": PRICE,
        **changes,
    }


def training_class(mode: str, *, seats: int, first_day: int = 30) -> dict[str, Any]:
    """Plan a class of fifteen hours that ends with a test, open for registration: two meetings, or online four."""
    meetings, hours = 4, 3
    place: dict[str, Any] = {"link": "https://kelas.example/las"}
    if mode == "offline":
        meetings, hours = 2, 5
        place = {"venue": "Jl. Salak 1, Bengkulu", "regency": VENUE_REGENCY}
    return {
        **place,
        "zone": "Asia/Jakarta",
        "registration_opens": days_from_now(-2),
        "registration_closes": days_from_now(first_day - 1),
        "meetings": [
            {
                "sequence": sequence,
                "starts_at": days_from_now(first_day + day),
                "ends_at": days_from_now(first_day + day, hours=hours),
            }
            for day, sequence in enumerate((*range(1, meetings + 1), 999))
        ],
        "seats": seats,
        "trainers": 400 if seats > 30 else 1,
    }


def wave(name: str) -> dict[str, Any]:
    """Plan a wave that is open now."""
    return {"name": name, "opens_at": days_from_now(-2), "closes_at": days_from_now(60)}


COLUMNS = ("nik", "family_card", "name", "birth_date", "regency", "cluster", "scheme")


def file_of(candidates: Iterable[Mapping[str, Any]]) -> bytes:
    """Write a file of candidates."""
    lines = [",".join(COLUMNS)]
    lines += [",".join(str(one.get(name) or "") for name in COLUMNS) for one in candidates]
    return "\n".join([*lines, ""]).encode()


def exclusion_list(**changes: Any) -> dict[str, Any]:
    """Announce a list of people who may hold no card."""
    return {
        "group": "earlier-holder",
        "issuer": "Arsip program",
        "as_of": "2026-11-01",
        "reason": "Pemutakhiran bulanan",
        **changes,
    }


def file_of_niks(niks: Iterable[str]) -> bytes:
    """Write the file of such a list."""
    return "".join(f"{line}\n" for line in ("nik", *niks)).encode()
