"""Awarding cards to candidates: each candidate stands or falls alone."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from chassis.problems import Problem
from services.enrolment.domain.money.movement import Account, Cause, Movement
from services.enrolment.domain.programme.card import Card, CardState, Scheme
from services.enrolment.domain.programme.pause import Pause, Paused, pause_in_force
from vocabulary.refusals import AdmissionsPaused, BirthDateImpossible, NikAlreadyHeld
from vocabulary.rule_set import RuleSet

EARLIEST_BIRTH = date(1900, 1, 1)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A person proposed for a card, as the operator sent it. Personal data: never logged, never journaled."""

    nik: str = field(repr=False)
    family_card: str = field(repr=False)
    name: str = field(repr=False)
    birth_date: date = field(repr=False)
    region: str
    cluster: str | None
    scheme: Scheme


@dataclass(frozen=True, slots=True)
class Nomination:
    """A candidate with the keyed digest of the NIK, and the references a card for that person would get."""

    candidate: Candidate
    nik_digest: str
    card_ref: str
    card_number: str = field(repr=False)
    movement_id: str


@dataclass(frozen=True, slots=True)
class Award:
    """A card was given: the card, and the movement that fills it."""

    nomination: Nomination
    card: Card
    movement: Movement


def award_all(
    nominations: Sequence[Nomination],
    *,
    held_niks: Collection[str],
    pauses: Sequence[Pause],
    rules: RuleSet,
    now: datetime,
) -> list[Award | Problem]:
    """Judge nominations in their order; return for each the award or the refusal.

    `held_niks` are the digests of NIKs that hold or ever held a card: once in a lifetime.
    """
    taken = set(held_niks)
    outcomes: list[Award | Problem] = []
    for nomination in nominations:
        if not EARLIEST_BIRTH <= nomination.candidate.birth_date <= now.date():
            outcomes.append(BirthDateImpossible())
            continue
        region = nomination.candidate.region
        if pause := pause_in_force(pauses, Paused.ADMISSIONS, regency=region):
            outcomes.append(AdmissionsPaused(pause.message))
            continue
        if nomination.nik_digest in taken:
            outcomes.append(NikAlreadyHeld())
            continue
        taken.add(nomination.nik_digest)
        outcomes.append(_award(nomination, rules=rules, now=now))
    return outcomes


def _award(nomination: Nomination, *, rules: RuleSet, now: datetime) -> Award:
    candidate = nomination.candidate
    card = Card(
        card_ref=nomination.card_ref,
        scheme=candidate.scheme,
        state=CardState.AWARDED,
        balance=rules.training_balance,
        deadline=now + rules.first_purchase,
        region=candidate.region,
    )
    movement = Movement(
        movement_id=nomination.movement_id,
        cause=Cause.AWARD,
        source=Account.STATE,
        target=Account.CARD,
        amount=rules.training_balance,
        card_ref=nomination.card_ref,
        enrolment_id=None,
        class_id=None,
        provider_id=None,
    )
    return Award(nomination, card, movement)
