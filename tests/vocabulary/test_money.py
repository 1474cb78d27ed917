"""Whole rupiah."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vocabulary.money import MAX_RUPIAH, NotRupiah, check_rupiah, format_rupiah


@pytest.mark.parametrize("value", [0, 1, 1_500_000, MAX_RUPIAH])
def test_a_whole_amount_in_range_is_kept(value: int) -> None:
    assert check_rupiah(value) == value


@pytest.mark.parametrize("value", [1.0, 1.9, "1500000", "Rp1.500.000", True, None, float("nan")])
def test_nothing_but_an_integer_is_an_amount(value: object) -> None:
    with pytest.raises(NotRupiah, match="integer of rupiah"):
        check_rupiah(value)


def test_the_range_is_inclusive_and_named_in_the_refusal() -> None:
    assert check_rupiah(3_500_000, maximum=3_500_000) == 3_500_000
    with pytest.raises(NotRupiah, match=r"Rp3\.500\.000"):
        check_rupiah(3_500_001, maximum=3_500_000)
    with pytest.raises(NotRupiah, match="below the least"):
        check_rupiah(-1)
    with pytest.raises(NotRupiah, match="above the most"):
        check_rupiah(2**63)


@pytest.mark.parametrize(
    ("amount", "written"),
    [(0, "Rp0"), (999, "Rp999"), (1_500_000, "Rp1.500.000"), (-50_000, "-Rp50.000")],
)
def test_an_amount_is_written_as_indonesian_pages_write_it(amount: int, written: str) -> None:
    assert format_rupiah(amount) == written


@given(st.integers(min_value=-MAX_RUPIAH, max_value=MAX_RUPIAH))
def test_a_written_amount_keeps_every_digit(amount: int) -> None:
    assert int(format_rupiah(amount).replace("Rp", "").replace(".", "")) == amount
