"""Every kind of fault strikes once while holders enrol and cancel; `make faults` strikes oftener, and for longer."""

from __future__ import annotations

from tests.faults.ground import Ground
from tests.faults.striking import kinds_for, strike

SECONDS = 1.0
WITHIN = 120.0
"""Seconds until all must be well here, where other tests want the same processors; what is promised is a quarter."""


def test_whatever_strikes_all_that_was_acknowledged_stands_once_and_all_is_well_by_itself(
    ground: Ground, dialect: str
) -> None:
    kinds = kinds_for(dialect)
    result = strike(ground, kinds, seconds=SECONDS, within=WITHIN, clients=4, say=print)
    assert result.findings == []
    assert len(result.recoveries) == len(kinds)
