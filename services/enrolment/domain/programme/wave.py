"""A wave (gelombang): one round of selection, with its window."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from vocabulary.refusals.admission import WaveClosed
from vocabulary.refusals.draw import DrawAnnouncedTooLate, WaveDraws, WaveFirstCome


class Selection(StrEnum):
    """How a wave chooses among those who want a card."""

    FIRST_COME = "first-come"
    """Candidates are admitted as they are sent, while the window is open."""

    DRAW = "draw"
    """People apply while the window is open; then the order in which they are admitted is drawn."""


@dataclass(frozen=True, slots=True)
class Wave:
    """One round of selection, with the window in which candidates are admitted or people apply."""

    wave_id: str
    name: str
    opens_at: datetime
    closes_at: datetime
    selection: Selection = Selection.FIRST_COME

    def is_open_at(self, now: datetime) -> bool:
        """Tell whether an instant lies in the window."""
        return self.opens_at <= now < self.closes_at

    def check_takes_candidates(self) -> None:
        """Raise `WaveDraws` where an operator's candidates are not what this wave chooses among."""
        if self.selection is Selection.DRAW:
            raise WaveDraws

    def check_draws(self) -> None:
        """Raise `WaveFirstCome` where nothing is drawn."""
        if self.selection is not Selection.DRAW:
            raise WaveFirstCome

    def check_admission(self, now: datetime, *, drawn: bool) -> None:
        """Raise `WaveDraws` or `WaveClosed` where nobody is admitted; `drawn` says that the draw does it."""
        if drawn:
            return
        self.check_takes_candidates()
        if not self.is_open_at(now):
            raise WaveClosed

    def check_takes_applications(self, now: datetime) -> None:
        """Raise `WaveFirstCome` or `WaveClosed` where an application is neither made nor withdrawn."""
        self.check_draws()
        if not self.is_open_at(now):
            raise closed_to_applications()

    def check_announcement(self, now: datetime) -> None:
        """Raise `DrawAnnouncedTooLate` where people could have applied before it was known how is drawn."""
        if self.selection is Selection.DRAW and now >= self.opens_at:
            raise DrawAnnouncedTooLate


def closed_to_applications() -> WaveClosed:
    """Return the refusal of an application that is made or withdrawn outside the window."""
    return WaveClosed(
        "Applications are made and withdrawn from the wave's opens_at on until its closes_at."
    )
