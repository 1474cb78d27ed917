"""Undoing an admission within a day: cards that nobody has used yet are withdrawn, as if they had not been awarded."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from chassis.clock import write_instant
from chassis.problems import StateConflict
from services.enrolment.domain.programme.card import Card, CardState
from vocabulary.refusals.admission import PreviewOutdated, UndoTooLate

UNDONE_WITHIN = timedelta(hours=24)


class WhyKept(StrEnum):
    """Why a card stays although its admission is undone."""

    ENROLMENT_EXISTS = "enrolment-exists"
    """Its holder took a seat with it, even if that was given back."""

    MONEY_MOVED = "money-moved"
    """Its balance was corrected."""

    STATE_CHANGED = "state-changed"
    """It is not as it was awarded for another reason, such as that it was revoked."""


@dataclass(frozen=True, slots=True)
class Admission:
    """What was admitted at once: so many cards of a wave. `undone` tells whether that was taken back.

    `file_id` names the file of candidates that it is a piece of, if it is.
    """

    admission_id: str
    wave_id: str
    admitted_at: datetime
    admitted_by: str
    cards: int
    undone_at: datetime | None = None
    file_id: str | None = None

    @property
    def undo_until(self) -> datetime:
        """Return from when on it stays."""
        return self.admitted_at + UNDONE_WITHIN

    def may_be_undone_at(self, now: datetime) -> bool:
        """Tell whether there is still time, and nobody has done it."""
        return self.undone_at is None and now < self.undo_until


@dataclass(frozen=True, slots=True)
class UndoPlan:
    """What an undo does to the cards of an admission, each list in the order of references."""

    withdrawn: tuple[Card, ...]
    kept: tuple[tuple[str, WhyKept], ...]

    @property
    def amount(self) -> int:
        """Return the rupiah that go back to the State."""
        return sum(card.balance for card in self.withdrawn)

    @property
    def preview(self) -> str:
        """Return what stands for exactly this: another card, another balance or another reason is another text."""
        lines = [f"{card.card_ref} {card.balance}" for card in self.withdrawn]
        lines += [f"{card_ref} {why}" for card_ref, why in self.kept]
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def plan_undo(
    cards: Sequence[Card], *, enrolled: Collection[str], moved: Collection[str]
) -> UndoPlan:
    """Part the cards of an admission into those that can be withdrawn and those that were used.

    `enrolled` are the references of cards that ever had an enrolment, `moved` of those whose money moved since.
    """
    withdrawn: list[Card] = []
    kept: list[tuple[str, WhyKept]] = []
    for card in sorted(cards, key=lambda card: card.card_ref):
        why = _why_kept(card, enrolled=enrolled, moved=moved)
        if why is None:
            withdrawn.append(card)
        else:
            kept.append((card.card_ref, why))
    return UndoPlan(tuple(withdrawn), tuple(kept))


def check_undo(admission: Admission, plan: UndoPlan, *, preview: str, now: datetime) -> None:
    """Raise `StateConflict`, `UndoTooLate` or `PreviewOutdated` unless the plan is to be carried out.

    `preview` stands for what the operator was shown.
    """
    if admission.undone_at is not None:
        raise StateConflict(_UNDONE, facts={"state": "undone"})
    if now >= admission.undo_until:
        raise UndoTooLate(facts={"until": write_instant(admission.undo_until)})
    if not plan.withdrawn:
        raise StateConflict(_USED, facts={"state": "used"})
    if preview != plan.preview:
        raise PreviewOutdated


def _why_kept(card: Card, *, enrolled: Collection[str], moved: Collection[str]) -> WhyKept | None:
    if card.card_ref in enrolled:
        return WhyKept.ENROLMENT_EXISTS
    if card.card_ref in moved:
        return WhyKept.MONEY_MOVED
    if card.state is not CardState.AWARDED:
        return WhyKept.STATE_CHANGED
    return None


_UNDONE = "This admission was undone already: its unused cards are withdrawn. There is nothing left to do."
_USED = "Every card of this admission was used already, and stays. Nothing can be undone."
