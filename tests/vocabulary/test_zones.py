"""The four zones against the tz database."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from vocabulary.zones import ZONES, Clock, UnknownZone, zone


@pytest.mark.parametrize("name", sorted(ZONES))
@pytest.mark.parametrize("year", [1990, 2026, 2035])
def test_a_zone_is_as_far_from_utc_as_the_tz_database_says(name: str, year: int) -> None:
    moment = datetime(year, 7, 1, tzinfo=ZoneInfo(name))
    assert moment.utcoffset() == zone(name).utc_offset


def test_the_clocks_are_one_hour_apart() -> None:
    hours = {found.clock: found.utc_offset.total_seconds() / 3600 for found in ZONES.values()}
    assert hours == {Clock.WIB: 7, Clock.WITA: 8, Clock.WIT: 9}


@pytest.mark.parametrize("name", ["WIB", "Asia/Singapore", "asia/jakarta", "", 7, None, ["WIB"]])
def test_any_other_name_is_refused_with_the_four_that_are_right(name: object) -> None:
    with pytest.raises(UnknownZone, match="Asia/Jakarta, Asia/Jayapura, Asia/Makassar"):
        zone(name)


def test_a_zone_gives_a_tzinfo_named_after_its_clock() -> None:
    noon = datetime(2026, 12, 1, 12, tzinfo=zone("Asia/Pontianak").tzinfo)
    assert noon.isoformat() == "2026-12-01T12:00:00+07:00"
    assert noon.tzname() == "WIB"
