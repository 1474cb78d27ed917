"""A rule put to a case: what it compared, and the refusal where it does not hold.

Who judges a case and who explains it go through the same checks in the same order: judging stops at the first that
refuses, explaining shows them all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from chassis.problems import Problem


@dataclass(frozen=True, slots=True)
class Check:
    """What one rule says. `compared` has the numbers and facts by name, ready for JSON, and never personal data."""

    rule: str
    compared: Mapping[str, Any]
    refusal: Problem | None = None


def first_refusal(checks: Iterable[Check]) -> Problem | None:
    """Return the first refusal; the checks after it are not made."""
    return next((check.refusal for check in checks if check.refusal is not None), None)
