"""A case: the holder of a card was found on a list. An operator decides, the holder may appeal, another decides again.

Nothing happens to a card by itself. Until a case is upheld the card is as any other; then it is barred, and can be
revoked once the time to appeal is over or the appeal was refused, so that a revocation never has to be undone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from chassis.clock import write_instant
from chassis.problems import StateConflict
from services.enrolment.domain.programme.card import LIVE_STATES, Card
from services.enrolment.domain.programme.clock import runs_out
from vocabulary.refusals.cards import SamePerson
from vocabulary.refusals.exclusion import NoLongerListed
from vocabulary.rule_set import RuleSet


class CaseState(StrEnum):
    """Where a case stands."""

    OPEN = "open"
    UPHELD = "upheld"
    """An operator says that the holder may have no card; the holder may appeal."""

    APPEALED = "appealed"
    FINAL = "final"
    """Another operator refused the appeal."""

    REVOKED = "revoked"
    DISMISSED = "dismissed"
    GRANTED = "granted"
    """Another operator granted the appeal."""

    LAPSED = "lapsed"
    """Its card ended for another reason: revoked under another number, withdrawn, or out of time."""


LIVE: Final = (CaseState.OPEN, CaseState.UPHELD, CaseState.APPEALED, CaseState.FINAL)
BARRING: Final = (CaseState.UPHELD, CaseState.APPEALED, CaseState.FINAL)
"""While a case stands so, its card is barred."""

_DISMISSABLE: Final = (CaseState.OPEN, CaseState.UPHELD, CaseState.FINAL)


@dataclass(frozen=True, slots=True)
class Decision:
    """Who decided, as the credential says, when and why."""

    by: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class ExclusionCase:
    """A case as its row stands. `due_at` is by when an operator has to take the next step; None once it has ended.

    `region` is where the holder lived when the last step was taken; the days of the next one end there.
    `is_listed` is no part of it: it says whether the holder is on the list in force while the case is looked at.
    """

    case_id: str
    list_id: str
    group: str
    card_ref: str
    region: str
    opened_at: datetime
    due_at: datetime | None
    state: CaseState = CaseState.OPEN
    upheld: Decision | None = None
    appeal_until: datetime | None = None
    appealed_by: str | None = None
    appealed_at: datetime | None = None
    reviewed: Decision | None = None
    ended: Decision | None = None
    is_listed: bool = True

    @property
    def is_barring(self) -> bool:
        """Tell whether its card is barred by it."""
        return self.state in BARRING

    def may_be_appealed_at(self, now: datetime) -> bool:
        """Tell whether its holder may appeal."""
        return (
            self.state is CaseState.UPHELD
            and self.appeal_until is not None
            and now < self.appeal_until
        )

    def is_ripe_at(self, now: datetime) -> bool:
        """Tell whether its card can be revoked."""
        if self.state is CaseState.UPHELD:
            return not self.may_be_appealed_at(now)
        return self.state is CaseState.FINAL


def open_case(
    *, case_id: str, list_id: str, group: str, card: Card, now: datetime, rules: RuleSet
) -> ExclusionCase:
    """Open a case about the holder of a card."""
    due_at = runs_out(now, rules.exclusion_case, region=card.region)
    return ExclusionCase(case_id, list_id, group, card.card_ref, card.region, now, due_at)


def uphold(case: ExclusionCase, decision: Decision, *, card: Card, rules: RuleSet) -> ExclusionCase:
    """Say that the holder may have no card.

    Raises `StateConflict` where that is decided or the card has ended, `NoLongerListed`.
    """
    _check(case, CaseState.OPEN)
    state = card.state_at(decision.at)
    if state not in LIVE_STATES:
        why = _CARD_OVER if card.state in LIVE_STATES else _CARD_ENDED
        raise StateConflict(why.format(state=state), facts={"state": state.value})
    if not case.is_listed:
        raise NoLongerListed
    appeal_until = runs_out(decision.at, rules.exclusion_appeal, region=case.region)
    return replace(
        case,
        state=CaseState.UPHELD,
        upheld=decision,
        appeal_until=appeal_until,
        due_at=runs_out(appeal_until, rules.exclusion_case, region=case.region),
    )


def dismiss(case: ExclusionCase, decision: Decision) -> ExclusionCase:
    """End a case in the holder's favour. Raises `StateConflict` where it has ended, or an appeal has to be decided."""
    _check(case, *_DISMISSABLE)
    return _ended(case, CaseState.DISMISSED, decision)


def appeal(case: ExclusionCase, *, by: str, now: datetime, rules: RuleSet) -> ExclusionCase:
    """File an appeal; nothing is done with the card before it is decided. Raises `StateConflict`."""
    _check(case, CaseState.UPHELD)
    if not case.may_be_appealed_at(now) and case.appeal_until is not None:
        told = _TOO_LATE.format(until=write_instant(case.appeal_until))
        raise StateConflict(told, facts={"state": "appeal-time-over"})
    due_at = runs_out(now, rules.exclusion_case, region=case.region)
    return replace(case, state=CaseState.APPEALED, appealed_by=by, appealed_at=now, due_at=due_at)


def decide_appeal(
    case: ExclusionCase, decision: Decision, *, granted: bool, rules: RuleSet
) -> ExclusionCase:
    """Decide on an appeal.

    Raises `StateConflict` where none waits, `SamePerson` for who upheld the case, `NoLongerListed` where it is refused.
    """
    _check(case, CaseState.APPEALED)
    if case.upheld is not None and case.upheld.by == decision.by:
        raise SamePerson(_SAME_PERSON)
    reviewed = replace(case, reviewed=decision)
    if granted:
        return _ended(reviewed, CaseState.GRANTED, decision)
    if not case.is_listed:
        raise NoLongerListed(_GRANT)
    due_at = runs_out(decision.at, rules.exclusion_case, region=case.region)
    return replace(reviewed, state=CaseState.FINAL, due_at=due_at)


def revoked(case: ExclusionCase, decision: Decision) -> ExclusionCase:
    """End a case with the revocation of its card. Raises `StateConflict` before that may be, `NoLongerListed`."""
    if not case.is_ripe_at(decision.at):
        raise StateConflict(_WHY_NOT_RIPE[case.state], facts={"state": case.state.value})
    if not case.is_listed:
        raise NoLongerListed
    return _ended(case, CaseState.REVOKED, decision)


def lapse(case: ExclusionCase, decision: Decision) -> ExclusionCase:
    """End a case whose card ended for another reason."""
    _check(case, *LIVE)
    return _ended(case, CaseState.LAPSED, decision)


def _ended(case: ExclusionCase, state: CaseState, decision: Decision) -> ExclusionCase:
    return replace(case, state=state, ended=decision, due_at=None)


def _check(case: ExclusionCase, *states: CaseState) -> None:
    if case.state not in states:
        raise StateConflict(_WHY_NOT[case.state], facts={"state": case.state.value})


_WHY_NOT = {
    CaseState.OPEN: "Nobody has decided on this case yet.",
    CaseState.UPHELD: "This case was upheld, and its holder has not appealed.",
    CaseState.APPEALED: "The holder has appealed. Another operator than the one who upheld the case decides on that.",
    CaseState.FINAL: "This case was upheld, and the appeal refused. Revoke the card, or dismiss the case.",
    CaseState.REVOKED: "This case has ended: the card is revoked.",
    CaseState.DISMISSED: "This case has ended: it was dismissed.",
    CaseState.GRANTED: "This case has ended: the appeal was granted.",
    CaseState.LAPSED: "This case has ended: its card ended for another reason.",
}
_WHY_NOT_RIPE = {
    **_WHY_NOT,
    CaseState.OPEN: "Nobody has decided on this case yet. Uphold it first.",
    CaseState.UPHELD: "The holder may still appeal. Revoke the card when the time for that is over.",
    CaseState.APPEALED: "The holder has appealed. Revoke the card where the appeal is refused.",
}
_CARD_OVER = "The card is {state} already: there is nothing to exclude it from. The case lapses once that is noted."
_CARD_ENDED = "The card is {state} already: there is nothing to exclude it from. Dismiss the case."
_TOO_LATE = "An appeal could be filed until {until}."
_GRANT = (
    "The list in force does not say any more that the holder may have no card. Grant the appeal."
)
_SAME_PERSON = "You upheld this case. Have another operator decide on the appeal."
