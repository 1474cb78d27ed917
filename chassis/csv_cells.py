"""Cells of CSV files that people open in a spreadsheet, where text may be run as a formula."""

from __future__ import annotations

import re

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_NUMBER = re.compile(r"\A[+-]?[0-9]+([.,][0-9]+)?\Z")


def safe_cell(value: object) -> str:
    """Write a value as a cell that no spreadsheet takes for a formula; numbers stay numbers."""
    text = "" if value is None else str(value)
    if text.startswith(_FORMULA_STARTS) and not _NUMBER.match(text):
        return "'" + text
    return text
