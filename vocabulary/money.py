"""Money: whole rupiah, always an integer."""

from typing import Final

# The largest integer that every JSON reader keeps exact (2^53 - 1). The whole programme pays out
# less than a thousandth of it.
MAX_RUPIAH: Final = 9_007_199_254_740_991


class NotRupiah(ValueError):
    """Raised for an amount that is not a whole number of rupiah within the range asked for."""


def check_rupiah(value: object, *, minimum: int = 0, maximum: int = MAX_RUPIAH) -> int:
    """Return `value` if it is an integer of rupiah from `minimum` to `maximum`, both included.

    Nothing is converted: floats, text and booleans raise `NotRupiah`, even where they look whole.
    """
    if not isinstance(value, int) or isinstance(value, bool):
        raise NotRupiah("An amount is an integer of rupiah, without quotes, decimals or dots.")
    if value < minimum:
        raise NotRupiah(f"The amount is below the least allowed, {format_rupiah(minimum)}.")
    if value > maximum:
        raise NotRupiah(f"The amount is above the most allowed, {format_rupiah(maximum)}.")
    return value


def format_rupiah(amount: int) -> str:
    """Write an amount as Indonesian pages do: `Rp1.500.000`, a debt as `-Rp1.500.000`."""
    digits = f"{abs(amount):,}".replace(",", ".")
    return f"{'-' if amount < 0 else ''}Rp{digits}"
