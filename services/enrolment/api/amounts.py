"""Amounts of money, as documents show them."""

from __future__ import annotations

from chassis.fields import Parsed, Whole, says
from vocabulary import forms
from vocabulary.money import MAX_RUPIAH, check_rupiah


def rupiah(description: str) -> Parsed:
    """Show an amount."""
    return Parsed(check_rupiah, form=forms.RUPIAH, metadata=says(description))


def balance(description: str) -> Whole:
    """Show what an account holds: below zero, what it has given."""
    return Whole(least=-MAX_RUPIAH, most=MAX_RUPIAH, metadata=says(description))
