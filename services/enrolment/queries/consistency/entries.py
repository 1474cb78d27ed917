"""Entries: each has its rows, and goes on from the balance and the seats that the one before it left."""

from __future__ import annotations

import sqlalchemy as sa

from chassis.json_text import identifier_in, text_in, whole_in
from services.enrolment.domain.entry_kinds import EntryKind
from services.enrolment.queries.consistency.comparison import (
    AWARD,
    CANCELLED,
    CORRECTED,
    EMPTIES,
    ENDED,
    ENTRY,
    INCENTIVES,
    MOVED,
    MOVES_MONEY,
    MOVES_SEATS,
    OF_APPLICATION,
    OF_CASE,
    OF_CORRECTION,
    OF_PLACE,
    REDEEMED,
    REVIEWED,
    TELLS_ATTENDANCE,
    VOIDED,
    Comparison,
    Expression,
    Pair,
    count,
    latest,
    value,
    where,
)
from services.enrolment.queries.consistency.movements import AMOUNT
from services.enrolment.storage.tables.draws import APPLICATION
from services.enrolment.storage.tables.exclusions import EXCLUSION_CASE
from services.enrolment.storage.tables.learning import EVIDENCE, REVIEW
from services.enrolment.storage.tables.money import CORRECTION, INCENTIVE, MOVEMENT, SURVEY
from services.enrolment.storage.tables.programme import CARD, PERSON, WITHDRAWN_PERSON
from services.enrolment.storage.tables.seats import ENROLMENT, PLACE, TRAINING_CLASS

J, C, E, M, X = ENTRY.c, CARD.c, ENROLMENT.c, MOVEMENT.c, EXCLUSION_CASE.c
_EARLIER = ENTRY.alias("earlier")
B = _EARLIER.c

_IS_AWARD = J.kind == AWARD
_CHANGES_ENROLMENT = J.kind.in_((REDEEMED, REVIEWED, *ENDED, VOIDED))
_TELLS_ATTENDANCE = J.kind.in_(TELLS_ATTENDANCE)
_CHANGES_SEATS = J.kind.in_(MOVES_SEATS)
_ONE = sa.literal(1)
_MOVEMENT_ID = identifier_in(J.body, "movement_id")
_NAMES_MOVEMENT = sa.and_(J.kind.in_(MOVES_MONEY), _MOVEMENT_ID.is_not(None))
_ITS_ENROLMENT = (
    E.enrolment_id == identifier_in(J.body, "enrolment_id"),
    E.card_ref == J.card_ref,
    E.class_id == J.class_id,
)
_OF_PLACE = J.kind.in_(OF_PLACE)
_ITS_PLACE = (
    PLACE.c.enrolment_id == identifier_in(J.body, "enrolment_id"),
    PLACE.c.card_ref == J.card_ref,
    PLACE.c.class_id == J.class_id,
)
_MOVES_CLASS = J.kind == MOVED
_ITS_MOVED_CLASS = (
    TRAINING_CLASS.c.class_id == J.class_id,
    TRAINING_CLASS.c.moved_position >= J.position,
)
_LEAVES_FREELY = sa.and_(J.kind == CANCELLED, whole_in(J.body, "free_exit").is_not(None))
_ITS_MOVE = (
    B.position == whole_in(J.body, "free_exit"),
    B.position < J.position,
    B.class_id == J.class_id,
    B.kind == MOVED,
)
_ITS_EVIDENCE = (
    EVIDENCE.c.evidence_id == identifier_in(J.body, "evidence_id"),
    EVIDENCE.c.position == J.position,
)
_ITS_MOVEMENT = (M.movement_id == _MOVEMENT_ID, M.card_ref == J.card_ref, M.amount == AMOUNT)


def _before(fact: str, *conditions: Expression) -> Expression:
    """Return a fact of the entry before this one that meets the conditions; 0 where there is none."""
    earlier = latest(
        whole_in(B.body, fact),
        *conditions,
        B.position < J.position,
        of=ENTRY,
        entries=_EARLIER,
    )
    return sa.func.coalesce(earlier, 0)


_PRICE = whole_in(J.body, "price")
_BALANCE_BEFORE = _before("balance", B.card_ref == J.card_ref, B.kind.in_(MOVES_MONEY))
_HELD_BEFORE = _before("held", B.class_id == J.class_id, B.kind.in_(MOVES_SEATS))
_GIVES_BACK = J.kind == CANCELLED
_AMOUNT = whole_in(J.body, "amount")
_LEAVES_BALANCE = J.kind.in_((*ENDED, VOIDED, *INCENTIVES))
_MOVES_BALANCE = J.kind.in_((*MOVES_SEATS, CORRECTED, *EMPTIES, *ENDED, VOIDED, *INCENTIVES))
_ADDED = sa.case(
    (J.kind == CORRECTED, _AMOUNT),
    (J.kind.in_(EMPTIES), -_AMOUNT),
    (_GIVES_BACK, _PRICE),
    (_LEAVES_BALANCE, 0),
    else_=-_PRICE,
)
_OF_CORRECTION = J.kind.in_(OF_CORRECTION)
_OF_CASE = J.kind.in_([kind for kind in OF_CASE if kind is not EntryKind.CARD_REVOKED])
_ITS_CASE = (
    X.case_id == identifier_in(J.body, "case_id"),
    X.card_ref == J.card_ref,
)
_ITS_CORRECTION = (
    CORRECTION.c.correction_id == identifier_in(J.body, "correction_id"),
    CORRECTION.c.card_ref == J.card_ref,
    CORRECTION.c.amount == _AMOUNT,
)

_OF_INCENTIVE = J.kind.in_(INCENTIVES)
_ITS_INCENTIVE = (
    INCENTIVE.c.incentive_id == identifier_in(J.body, "incentive_id"),
    INCENTIVE.c.card_ref == J.card_ref,
    INCENTIVE.c.enrolment_id == identifier_in(J.body, "enrolment_id"),
    INCENTIVE.c.kind == text_in(J.body, "incentive"),
    INCENTIVE.c.number == whole_in(J.body, "number"),
    INCENTIVE.c.amount == _AMOUNT,
)
_IS_SURVEY = J.kind == EntryKind.SURVEY_HANDED_IN
_ITS_SURVEY = (
    SURVEY.c.card_ref == J.card_ref,
    SURVEY.c.number == whole_in(J.body, "number"),
    SURVEY.c.work == text_in(J.body, "work"),
    SURVEY.c.use == whole_in(J.body, "use"),
)

_OF_APPLICATION = J.kind.in_(OF_APPLICATION)
_ITS_APPLICATION = (
    APPLICATION.c.application_id == identifier_in(J.body, "application_id"),
    APPLICATION.c.wave_id == identifier_in(J.body, "wave_id"),
    sa.or_(
        APPLICATION.c.applied_position == J.position,
        APPLICATION.c.ended_position == J.position,
        APPLICATION.c.erased_position == J.position,
    ),
)

_ERASES = J.kind == EntryKind.ERASED
_LEFT = (
    count(PERSON, PERSON.c.card_ref == J.card_ref, of=ENTRY)
    + count(WITHDRAWN_PERSON, WITHDRAWN_PERSON.c.card_ref == J.card_ref, of=ENTRY)
    + count(EXCLUSION_CASE, X.card_ref == J.card_ref, X.appeal.is_not(None), of=ENTRY)
    + count(
        REVIEW.join(ENROLMENT, E.enrolment_id == REVIEW.c.enrolment_id),
        E.card_ref == J.card_ref,
        REVIEW.c.sealed_text.is_not(None),
        of=ENTRY,
    )
)

ENTRIES = Comparison(
    "journal_entries",
    J.position,
    (
        Pair(
            "entry of a card",
            where(_IS_AWARD, _ONE),
            where(_IS_AWARD, count(CARD, C.card_ref == J.card_ref, of=ENTRY)),
        ),
        Pair(
            "entry of an enrolment",
            where(_CHANGES_ENROLMENT, _ONE),
            where(_CHANGES_ENROLMENT, count(ENROLMENT, *_ITS_ENROLMENT, of=ENTRY)),
        ),
        Pair(
            "entry of a place",
            where(_OF_PLACE, _ONE),
            where(_OF_PLACE, count(PLACE, *_ITS_PLACE, of=ENTRY)),
        ),
        Pair(
            "entry of a moved class",
            where(_MOVES_CLASS, _ONE),
            where(_MOVES_CLASS, count(TRAINING_CLASS, *_ITS_MOVED_CLASS, of=ENTRY)),
        ),
        Pair(
            "free exit, by a move of its class",
            where(_LEAVES_FREELY, _ONE),
            where(_LEAVES_FREELY, count(_EARLIER, *_ITS_MOVE, of=ENTRY)),
        ),
        Pair(
            "entry of a movement",
            where(_NAMES_MOVEMENT, _ONE),
            where(_NAMES_MOVEMENT, count(MOVEMENT, *_ITS_MOVEMENT, of=ENTRY)),
        ),
        Pair(
            "entry of evidence",
            where(_TELLS_ATTENDANCE, _ONE),
            where(_TELLS_ATTENDANCE, count(EVIDENCE, *_ITS_EVIDENCE, of=ENTRY)),
        ),
        Pair(
            "entry of a correction",
            where(_OF_CORRECTION, _ONE),
            where(_OF_CORRECTION, count(CORRECTION, *_ITS_CORRECTION, of=ENTRY)),
        ),
        Pair(
            "entry of an incentive",
            where(_OF_INCENTIVE, _ONE),
            where(_OF_INCENTIVE, count(INCENTIVE, *_ITS_INCENTIVE, of=ENTRY)),
        ),
        Pair(
            "entry of a survey",
            where(_IS_SURVEY, _ONE),
            where(_IS_SURVEY, count(SURVEY, *_ITS_SURVEY, of=ENTRY)),
        ),
        Pair(
            "entry of an application",
            where(_OF_APPLICATION, _ONE),
            where(_OF_APPLICATION, count(APPLICATION, *_ITS_APPLICATION, of=ENTRY)),
        ),
        Pair(
            "entry of an exclusion case",
            where(_OF_CASE, _ONE),
            where(_OF_CASE, count(EXCLUSION_CASE, *_ITS_CASE, of=ENTRY)),
        ),
        Pair(
            "what is left of somebody who was erased",
            where(_ERASES, sa.literal(0)),
            where(_ERASES, _LEFT),
        ),
        Pair(
            "price in an entry, by its enrolment",
            where(_CHANGES_SEATS, _PRICE),
            where(_CHANGES_SEATS, value(E.price, *_ITS_ENROLMENT, of=ENTRY)),
        ),
        Pair(
            "balance in an entry, by the one before",
            where(_MOVES_BALANCE, whole_in(J.body, "balance")),
            where(_MOVES_BALANCE, _BALANCE_BEFORE + _ADDED),
        ),
        Pair(
            "seats in an entry, by the one before",
            where(_CHANGES_SEATS, whole_in(J.body, "held")),
            where(_CHANGES_SEATS, _HELD_BEFORE + sa.case((_GIVES_BACK, -1), else_=1)),
        ),
    ),
)
