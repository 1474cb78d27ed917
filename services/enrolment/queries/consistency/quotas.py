"""Quotas: the places used, by the cards that hold them; never more than there may be."""

from __future__ import annotations

import sqlalchemy as sa

from services.enrolment.domain.programme.quota import HOLDS_NO_PLACE
from services.enrolment.queries.consistency.comparison import Comparison, Pair, count
from services.enrolment.storage.region_codes import present_region
from services.enrolment.storage.tables.programme import CARD, QUOTA

C, Q = CARD.c, QUOTA.c

_LIVED_IN, _REGION = present_region(C.region), present_region(Q.region)
_COUNTED = (
    sa.or_(Q.scheme == "", C.scheme == Q.scheme),
    sa.or_(Q.region == "", _LIVED_IN == _REGION, sa.func.substr(_LIVED_IN, 1, 2) == _REGION),
    sa.or_(Q.cluster == "", C.cluster == Q.cluster),
    C.state.not_in(sorted(state.value for state in HOLDS_NO_PLACE)),
)

QUOTAS = Comparison(
    "quotas",
    Q.quota_id,
    (
        Pair(
            "places used, by cards",
            Q.used,
            # Apart, since by its wave a card is found in an index.
            sa.case(
                (Q.wave_id.is_(None), count(CARD, *_COUNTED, of=QUOTA)),
                else_=count(CARD, C.wave_id == Q.wave_id, *_COUNTED, of=QUOTA),
            ),
        ),
    ),
    at_once=1,  # a quota of the programme costs a walk through all cards
)
