"""The quotas of a wave as a table: what is found wrong with it, and nothing where nothing is."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.enrolment.domain.programme.card import Scheme
from services.enrolment.domain.programme.quota import Quota, Reach
from services.enrolment.domain.reports.quota_table import PartsBy, check_quota_table
from vocabulary.regions import PROVINCES, regencies_of

DIGITAL, OFFLINE = Scheme.DIGITAL, Scheme.OFFLINE
REGENCIES = tuple(regency.code for regency in regencies_of("17"))


def quota(name: str, reach: Reach, places: int | None, used: int = 0) -> Quota:
    return Quota(name, "wave", reach, places, used)


def test_no_quotas_are_a_table_without_a_fault() -> None:
    check = check_quota_table([])
    assert (check.repeated, check.missing, check.differences) == ((), (), ())


def test_quotas_that_count_the_same_are_named_together() -> None:
    reach = Reach(DIGITAL, "17.71", "pmi")
    quotas = [quota(name, reach, 5) for name in ("one", "other")]
    quotas.append(quota("third", Reach(OFFLINE, "17.71", "pmi"), 5))
    assert check_quota_table(quotas).repeated == (("one", "other"),)


def test_regions_are_missed_beside_those_of_the_same_scheme_and_cluster_only() -> None:
    quotas = [
        quota(f"{scheme}{code}", Reach(scheme, code), 5)
        for scheme in Scheme
        for code in REGENCIES
        if (scheme, code) != (OFFLINE, "17.71")
    ]
    [missing] = check_quota_table(quotas).missing
    assert (missing.scheme, missing.cluster, missing.within) == (OFFLINE, None, "17")
    assert missing.regions == ("17.71",)


def test_provinces_are_missed_beside_provinces() -> None:
    quotas = [quota(code, Reach(region=code), 5) for code in PROVINCES if code != "17"]
    [missing] = check_quota_table(quotas).missing
    assert (missing.within, missing.regions) == (None, ("17",))


@given(
    places=st.lists(st.integers(0, 50), min_size=20, max_size=20),
    used=st.lists(st.integers(0, 50), min_size=20, max_size=20),
    off=st.integers(-3, 3),
)
@settings(deadline=None)
def test_a_whole_that_is_crossed_by_scheme_and_region_adds_up_both_ways(
    places: list[int], used: list[int], off: int
) -> None:
    cells = list(product(Scheme, REGENCIES))
    quotas = [
        quota(f"{scheme}{code}", Reach(scheme, code), places[at], used[at])
        for at, (scheme, code) in enumerate(cells)
    ]
    for scheme in Scheme:
        of = [each for each in quotas if each.reach.scheme is scheme]
        total = sum(each.places or 0 for each in of), sum(each.used for each in of)
        quotas.append(quota(scheme, Reach(scheme, "17"), *total))
    quotas.append(quota("whole", Reach(region="17"), sum(places) + off + 3, sum(used)))
    differences = check_quota_table(quotas).differences
    found = [(each.quota_id, each.parts_by, each.number, each.difference) for each in differences]
    expected = [("whole", PartsBy.SCHEME, "places", -off - 3)] if off != -3 else []
    assert found == expected


@pytest.mark.parametrize(("part", "told"), [(5, False), (6, True)])
def test_of_parts_that_are_not_all_there_only_too_much_is_told(part: int, told: bool) -> None:
    quotas = [quota("whole", Reach(), 5), quota("part", Reach(DIGITAL), part)]
    assert bool(check_quota_table(quotas).differences) is told


def test_the_programmes_quotas_without_a_limit_are_compared_by_what_is_used() -> None:
    quotas = [quota("whole", Reach(), None, 3), quota("digital", Reach(DIGITAL), None, 2)]
    quotas.append(quota("offline", Reach(OFFLINE), None, 2))
    [difference] = check_quota_table(quotas).differences
    assert (difference.number, difference.stated, difference.sum) == ("used", 3, 4)
