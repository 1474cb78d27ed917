"""Waves: the people admitted, by cards."""

from __future__ import annotations

from services.enrolment.domain.programme.card import CardState
from services.enrolment.queries.consistency.comparison import Comparison, Pair, count
from services.enrolment.storage.tables.programme import CARD, WAVE

C, W = CARD.c, WAVE.c

_ADMITTED = (C.wave_id == W.wave_id, C.state != CardState.WITHDRAWN.value)

WAVES = Comparison(
    "waves",
    W.wave_id,
    (Pair("people admitted, by cards", W.admitted, count(CARD, *_ADMITTED, of=WAVE)),),
    at_once=1,  # a wave may have a million cards, each of which is looked at
)
