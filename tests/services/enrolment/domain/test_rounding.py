"""Quotas as the public sees them: few people are not counted, in one row or in several taken together."""

from __future__ import annotations

from itertools import product

import pytest

from services.enrolment.domain.programme.quota import Quota, Reach
from services.enrolment.domain.reports.rounding import FEW, in_tens, left_in_tens


def quota(places: int | None, used: int) -> Quota:
    return Quota("quota-1", "wave-1", Reach(), places, used)


@pytest.mark.parametrize(
    ("used", "told"),
    [(0, FEW), (1, FEW), (9, FEW), (10, 10), (19, 10), (20, 20), (1_234_567, 1_234_560)],
)
def test_what_is_used_is_told_in_tens(used: int, told: int | str) -> None:
    assert in_tens(used) == told


@pytest.mark.parametrize(
    ("places", "used", "told"),
    [
        (None, 3, None),
        (200, 0, 200),
        (200, 9, 200),
        (200, 10, 190),
        (200, 195, 10),
        (200, 200, FEW),
        (12, 12, FEW),
        (4, 0, FEW),
        (4, 4, FEW),
        (1, 30, FEW),
        (0, 0, FEW),
    ],
)
def test_what_is_left_follows_from_what_is_told_to_be_used(
    places: int | None, used: int, told: int | str | None
) -> None:
    assert left_in_tens(quota(places, used)) == told


@pytest.mark.parametrize("places", [0, 1, 4, 9, 10, 25])
def test_below_ten_neither_number_changes_with_the_count(places: int) -> None:
    told = {(in_tens(used), left_in_tens(quota(places, used))) for used in range(10)}
    assert len(told) == 1


def test_a_whole_less_its_other_parts_leaves_each_small_count_several_values() -> None:
    """Of all ways in which three parts may come to a whole, those that look alike differ in each small part."""
    alike: dict[tuple[int | str, ...], list[tuple[int, ...]]] = {}
    for parts in product(range(30), repeat=3):
        seen = (in_tens(sum(parts)), *map(in_tens, parts))
        alike.setdefault(seen, []).append(parts)
    for seen, ways in alike.items():
        for place, told in enumerate(seen[1:]):
            assert told != FEW or len({way[place] for way in ways}) > 4
