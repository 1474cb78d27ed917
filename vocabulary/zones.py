"""The time zones of Indonesia: three clocks, four names in the tz database.

West Kalimantan and Central Kalimantan keep the western clock under a name of their own
(Asia/Pontianak); the rest of Kalimantan keeps the central one. There is no summer time and no clock
has changed since 1988, so each is a fixed distance from UTC: no tz database is needed to use it.
"""

from dataclasses import dataclass
from datetime import timedelta, timezone
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Clock(StrEnum):
    """The three official clocks, one hour apart: WIB (UTC+7), WITA (UTC+8), WIT (UTC+9)."""

    WIB = "WIB"
    WITA = "WITA"
    WIT = "WIT"


class UnknownZone(ValueError):
    """Raised for a zone that is not one of the four IANA names in use in Indonesia."""


@dataclass(frozen=True, slots=True)
class Zone:
    """A time zone: its IANA name, the clock it keeps and that clock's distance from UTC."""

    iana: str
    clock: Clock
    utc_offset: timedelta

    @property
    def tzinfo(self) -> timezone:
        """Return the zone as a `datetime.tzinfo` named after its clock."""
        return timezone(self.utc_offset, self.clock.value)


ZONES: Final = MappingProxyType(
    {
        zone.iana: zone
        for zone in (
            Zone("Asia/Jakarta", Clock.WIB, timedelta(hours=7)),
            Zone("Asia/Pontianak", Clock.WIB, timedelta(hours=7)),
            Zone("Asia/Makassar", Clock.WITA, timedelta(hours=8)),
            Zone("Asia/Jayapura", Clock.WIT, timedelta(hours=9)),
        )
    }
)


def zone(name: object) -> Zone:
    """Look up a zone by its IANA name.

    Raises `UnknownZone` for anything else, the clocks' own abbreviations included: WIB stands for
    two zones, so it is not translated.
    """
    found = ZONES.get(name) if isinstance(name, str) else None
    if found is None:
        raise UnknownZone(f"A zone is one of {', '.join(sorted(ZONES))}. Send one of these names.")
    return found
