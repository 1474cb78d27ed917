"""Cards: balance, state and wave, by their movements and by their entries."""

from __future__ import annotations

import sqlalchemy as sa

from chassis.json_text import identifier_in, text_in, whole_in
from services.enrolment.domain.entry_kinds import EntryKind
from services.enrolment.domain.exclusion.case import BARRING
from services.enrolment.domain.money.movement import Account
from services.enrolment.domain.programme.card import LIVE_STATES, CardState
from services.enrolment.queries.consistency.comparison import (
    AWARD,
    ENTRY,
    MOVES_MONEY,
    Comparison,
    Pair,
    count,
    latest,
    where,
)
from services.enrolment.queries.consistency.incentives import SURVEYS_TOLD, completion_owed
from services.enrolment.storage.tables.exclusions import EXCLUSION_CASE
from services.enrolment.storage.tables.money import MOVEMENT
from services.enrolment.storage.tables.programme import (
    CARD,
    PERSON,
    SUPPRESSED_PERSON,
    WITHDRAWN_PERSON,
)

C, J, M, X = CARD.c, ENTRY.c, MOVEMENT.c, EXCLUSION_CASE.c

_INTO = sa.case((M.target == Account.CARD.value, M.amount), else_=0)
_OUT_OF = sa.case((M.source == Account.CARD.value, M.amount), else_=0)
_MOVED = (
    sa.select(sa.cast(sa.func.coalesce(sa.func.sum(_INTO - _OUT_OF), 0), sa.BigInteger))
    .where(M.card_ref == C.card_ref)
    .correlate(CARD)
    .scalar_subquery()
)
_OF_CARD = J.card_ref == C.card_ref
_MOVED_MONEY = J.kind.in_(MOVES_MONEY)
_WITHDRAWN = C.state == CardState.WITHDRAWN.value
_AWARDED = J.kind == AWARD
_IS_LIVE = C.state.in_(sorted(LIVE_STATES))
_BARRED_BY = count(EXCLUSION_CASE, X.card_ref == C.card_ref, X.state.in_(BARRING), of=CARD)

CARDS = Comparison(
    "cards",
    C.card_ref,
    (
        Pair("card balance, by movements", C.balance, _MOVED),
        Pair(
            "card balance, by journal",
            C.balance,
            latest(whole_in(J.body, "balance"), _OF_CARD, _MOVED_MONEY, of=CARD),
        ),
        Pair(
            "card state, by journal",
            C.state,
            latest(text_in(J.body, "card_state"), _OF_CARD, _MOVED_MONEY, of=CARD),
        ),
        Pair(
            "card wave, by journal",
            C.wave_id,
            latest(identifier_in(J.body, "wave_id"), _OF_CARD, _AWARDED, of=CARD),
        ),
        Pair(
            "card admission, by journal",
            C.admission_id,
            latest(identifier_in(J.body, "admission_id"), _OF_CARD, _AWARDED, of=CARD),
        ),
        Pair(
            "holders of a withdrawn card",
            where(_WITHDRAWN, sa.literal(0)),
            where(_WITHDRAWN, count(PERSON, PERSON.c.card_ref == C.card_ref, of=CARD)),
        ),
        Pair(
            "card barred, by its exclusion cases",
            where(_IS_LIVE, sa.case((C.barred_at.is_(None), 0), else_=1)),
            where(_IS_LIVE, sa.case((_BARRED_BY > 0, 1), else_=0)),
        ),
        SURVEYS_TOLD,
        Pair(
            "holder of a card, or the entry that erased one",
            sa.literal(1),
            count(PERSON, PERSON.c.card_ref == C.card_ref, of=CARD)
            + count(WITHDRAWN_PERSON, WITHDRAWN_PERSON.c.card_ref == C.card_ref, of=CARD)
            + count(ENTRY, _OF_CARD, J.kind == EntryKind.ERASED, of=CARD),
        ),
        Pair(
            "holders of cards among the erased",
            sa.literal(0),
            count(
                SUPPRESSED_PERSON.join(
                    PERSON, PERSON.c.nik_digest == SUPPRESSED_PERSON.c.nik_digest
                ),
                PERSON.c.card_ref == C.card_ref,
                of=CARD,
            ),
        ),
        Pair("card awarded once", sa.literal(1), count(ENTRY, _OF_CARD, _AWARDED, of=CARD)),
    ),
    made_later=(completion_owed,),
)
