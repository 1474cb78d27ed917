"""What becomes of the cases about a card when that is revoked: under the number of one of them, or under another."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from services.enrolment.domain.exclusion.case import (
    LIVE,
    CaseState,
    Decision,
    ExclusionCase,
    lapse,
    revoked,
)
from vocabulary.refusals.exclusion import ExclusionCaseStands


def end_cases(
    cases: Sequence[ExclusionCase], *, under: str | None, decision: Decision
) -> list[ExclusionCase]:
    """Return those of all cases about a card that end with it: the one under which it is revoked, and what is live.

    `under` is the id that was given as the number. Raises what `revoked` does for that one; where it is none of these,
    `ExclusionCaseStands` as long as an appeal in one may be filed or waits.
    """
    named = [revoked(case, decision) for case in cases if case.case_id == under]
    others = [case for case in cases if case.case_id != under and case.state in LIVE]
    if not named:
        for case in others:
            _let_appeals_be_decided(case, decision.at)
    return [*named, *(lapse(case, decision) for case in others)]


def _let_appeals_be_decided(case: ExclusionCase, now: datetime) -> None:
    if case.state is CaseState.APPEALED or case.may_be_appealed_at(now):
        raise ExclusionCaseStands(
            _STANDS[case.state].format(case_id=case.case_id),
            facts={"case_id": case.case_id, "state": case.state.value},
        )


_STANDS = {
    CaseState.UPHELD: (
        "The holder may still appeal in exclusion case {case_id}. Revoke the card when the time for that is over, or"
        " dismiss that case first."
    ),
    CaseState.APPEALED: (
        "The holder has appealed in exclusion case {case_id}. Have another operator decide on that first."
    ),
}
