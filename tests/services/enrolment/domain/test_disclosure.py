"""What the public may see of counts: by brute force, whether a hidden one could be worked out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.enrolment.domain.reports.disclosure import (
    AT_LEAST,
    BELOW,
    SMALL,
    Shown,
    shown,
    shown_in_groups,
)

COUNTS = st.dictionaries(st.sampled_from("abcd"), st.integers(0, 12), min_size=1)


def test_counts_that_hide_nothing_are_shown_as_they_are() -> None:
    counts = {"a": 0, "b": SMALL, "c": 1_000}
    assert shown(counts) == counts


@pytest.mark.parametrize(
    ("counts", "seen"),
    [
        ({"a": 3}, {"a": BELOW}),
        ({"a": 3, "b": 50, "c": 60}, {"a": BELOW, "b": AT_LEAST, "c": 60}),
        ({"a": 1, "b": 3, "c": 60}, {"a": BELOW, "b": BELOW, "c": 60}),
        ({"a": 1, "b": 1, "c": 60}, {"a": BELOW, "b": BELOW, "c": AT_LEAST}),
        ({"a": 4, "b": 4, "c": 60}, {"a": BELOW, "b": BELOW, "c": AT_LEAST}),
        ({"a": 3, "b": 0, "c": 0}, {"a": BELOW, "b": BELOW, "c": 0}),
    ],
)
def test_a_small_count_takes_others_along_until_its_value_is_open(
    counts: Mapping[str, int], seen: Mapping[str, Shown]
) -> None:
    assert shown(counts) == seen


@given(COUNTS)
def test_what_is_shown_is_true(counts: dict[str, int]) -> None:
    for code, seen in shown(counts).items():
        if seen == BELOW:
            assert counts[code] < SMALL
        elif seen == AT_LEAST:
            assert counts[code] >= SMALL
        else:
            assert counts[code] == seen


@given(COUNTS)
def test_no_small_count_can_be_worked_out_from_the_sum_and_the_other_rows(
    counts: dict[str, int],
) -> None:
    seen = shown(counts)
    possible = _possible(seen, sum(counts.values()))
    everything_is_hidden = all(isinstance(value, str) for value in seen.values())
    for place, (code, value) in enumerate(seen.items()):
        if value == BELOW and counts[code]:
            assert everything_is_hidden or len({guess[place] for guess in possible}) > 1


def _possible(seen: Mapping[str, Shown], total: int) -> list[tuple[int, ...]]:
    """Return all counts that are as they are shown and add up; a zero is shown as such unless it hides something."""
    guesses: Iterator[tuple[int, ...]] = product(*[_meant(value, total) for value in seen.values()])
    return [guess for guess in guesses if sum(guess) == total]


def _meant(value: Shown, total: int) -> Sequence[int]:
    if isinstance(value, int):
        return [value]
    return range(SMALL) if value == BELOW else range(SMALL, total + 1)


def test_the_same_check_finds_what_hiding_small_counts_alone_would_tell() -> None:
    alone: dict[str, Shown] = {"a": BELOW, "b": 50, "c": 0}
    assert _possible(alone, 53) == [(3, 50, 0)]


def test_a_group_whose_sum_is_hidden_elsewhere_does_not_tell_it() -> None:
    counts = {"11.01": 3, "12.01": 40, "12.02": 10, "13.01": 90}
    sums = shown({"11": 3, "12": 50, "13": 90})
    assert sums == {"11": BELOW, "12": AT_LEAST, "13": 90}
    seen = shown_in_groups(counts, group_of=lambda code: code[:2], sums=sums)
    assert seen == {"11.01": BELOW, "12.01": AT_LEAST, "12.02": AT_LEAST, "13.01": 90}
