"""What the public may see of quotas: places in tens, so that no few people can be counted.

Quotas cross scheme, region and cluster as operators like, so that no one sum says how many further counts to hide, as
it does for realisation (`disclosure`). Instead every count is rounded down alike: 3 and 8 look the same, and what is
worked out of several counts is as rough as they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.enrolment.domain.programme.check import Check
from services.enrolment.domain.programme.quota import Quota
from services.enrolment.domain.reports.disclosure import Shown

STEP = 10
FEW = f"<{STEP}"
"""Shown for fewer than `STEP`, and for none."""


def in_tens(count: int) -> Shown:
    """Return a count as the public sees it."""
    return FEW if count < STEP else count - count % STEP


def left_in_tens(quota: Quota) -> Shown | None:
    """Return how many places are free, as the public sees it; None where there is no limit.

    It follows from what is told to be used: from any other rounding both together would tell more.
    """
    if quota.places is None:
        return None
    left = quota.places - (quota.used - quota.used % STEP)
    return FEW if left < STEP else left


def for_the_public(check: Check) -> Mapping[str, Any]:
    """Return what a rule compared, with what a quota uses as the public sees it."""
    if check.rule != "quota":
        return check.compared
    return {**check.compared, "used": in_tens(check.compared["used"])}
