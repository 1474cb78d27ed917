"""What a draw says to somebody who wants a card in its wave, before the rules for a candidate are asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from services.enrolment.domain.draw.draw import Draw, DrawState
from services.enrolment.domain.programme.check import Check
from services.enrolment.domain.programme.pause import Pause, Paused, is_paused_anywhere
from services.enrolment.domain.programme.wave import Wave, closed_to_applications
from vocabulary.refusals.admission import WaveClosed


def checks_of_part(
    wave: Wave, draw: Draw, *, has_applied: bool, pauses: Iterable[Pause], at: datetime
) -> Iterator[Check]:
    """Yield whether somebody takes part in a draw, or still may, and whether the turn can still come."""
    yield _takes_part(wave, draw, has_applied=has_applied, at=at)
    yield _turn_comes(draw, pauses, at)


def _takes_part(wave: Wave, draw: Draw, *, has_applied: bool, at: datetime) -> Check:
    compared = {
        "opens": wave.opens_at,
        "closes": wave.closes_at,
        "at": at,
        "has_applied": has_applied,
    }
    may_apply = wave.is_open_at(at) and not draw.is_closed_at(at)
    refusal = None if has_applied or may_apply else closed_to_applications()
    return Check("applications-open", compared, refusal)


def _turn_comes(draw: Draw, pauses: Iterable[Pause], at: datetime) -> Check:
    state = draw.state_at(at)
    compared = {
        "state": state.value,
        "paused_anywhere": is_paused_anywhere(pauses, Paused.ADMISSIONS),
    }
    return Check("turn-to-come", compared, WaveClosed(_DONE) if state is DrawState.DONE else None)


_DONE = "The draw is done: every application is judged, and whoever has its id finds out what became of it."
