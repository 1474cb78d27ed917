"""Whose recoveries an officer deals with: those of the own region."""

from __future__ import annotations


def holds_region(region: str | None, other: str) -> bool:
    """Tell whether a region holds another, as a province its regencies; None stands for the whole country."""
    return region is None or other == region or other.startswith(f"{region}.")
