"""Awarding cards to candidates: each candidate stands or falls alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from chassis.problems import Problem
from services.enrolment.domain.exclusion.listing import Listings, not_excluded
from services.enrolment.domain.money.movement import Account, Cause, Movement
from services.enrolment.domain.programme.card import Card, CardState, Scheme
from services.enrolment.domain.programme.check import Check, first_refusal
from services.enrolment.domain.programme.clock import runs_out
from services.enrolment.domain.programme.pause import Pause, Paused, pause_in_force
from services.enrolment.domain.programme.quota import Allotment, Place, Quota
from vocabulary.refusals.admission import (
    AdmissionsPaused,
    AgeOutsideRules,
    BirthDateImpossible,
    FamilyCardUsedUp,
    NikAlreadyHeld,
    QuotaFull,
)
from vocabulary.regions import regency
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
    """A candidate with the keyed digests of both numbers, and the references a card for that person would get."""

    candidate: Candidate
    nik_digest: str
    family_digest: str
    card_ref: str
    card_number: str = field(repr=False)
    movement_id: str

    @property
    def place(self) -> Place:
        """Return what a card for that person takes its places under."""
        return Place(self.candidate.scheme, self.candidate.region, self.candidate.cluster)


@dataclass(frozen=True, slots=True)
class Award:
    """A card was given: the card, and the movement that fills it."""

    nomination: Nomination
    card: Card
    movement: Movement


@dataclass(frozen=True, slots=True)
class Standing:
    """What candidates are judged by, as it stood under the locks.

    `held_niks` are the digests of NIKs that hold or ever held a card, `recipients` how many hold or held one of a
    family card, by its digest.
    """

    held_niks: Collection[str]
    recipients: Mapping[str, int]
    quotas: Sequence[Quota]
    pauses: Sequence[Pause]
    rules: RuleSet
    now: datetime
    listings: Listings = field(default_factory=Listings)


class SoFar:
    """What the candidates before changed: who was awarded a card, and which places they took."""

    def __init__(self, standing: Standing) -> None:
        self.niks = set(standing.held_niks)
        self.recipients = Counter(standing.recipients)
        self.allotment = Allotment(standing.quotas)

    def add(self, nomination: Nomination) -> None:
        """Take in that a card was awarded."""
        self.niks.add(nomination.nik_digest)
        self.recipients[nomination.family_digest] += 1
        self.allotment.take(nomination.place)


def award_all(nominations: Sequence[Nomination], standing: Standing) -> list[Award | Problem]:
    """Judge nominations in their order; return for each the award or the refusal."""
    so_far = SoFar(standing)
    outcomes: list[Award | Problem] = []
    for nomination in nominations:
        refusal = first_refusal(checks_of(nomination, standing, so_far))
        if refusal is not None:
            outcomes.append(refusal)
            continue
        so_far.add(nomination)
        outcomes.append(_award(nomination, rules=standing.rules, now=standing.now))
    return outcomes


def checks_of(
    nomination: Nomination, standing: Standing, so_far: SoFar, *, waits: bool = False
) -> Iterator[Check]:
    """Yield the rules for a candidate in their order, which is part of the contract.

    Somebody who `waits` for a draw's turn is refused nothing by a pause: the turn comes after it.
    """
    yield _birth_date(nomination.candidate, standing)
    yield _not_paused(nomination.candidate, standing, waits=waits)
    yield _age(nomination.candidate, standing)
    yield not_excluded(nomination.nik_digest, standing.listings, standing.rules)
    yield _once(nomination, standing, so_far)
    yield _family_card(nomination, standing, so_far)
    yield from (_quota(quota) for quota in so_far.allotment.counting(nomination.place))


def _birth_date(candidate: Candidate, standing: Standing) -> Check:
    possible = EARLIEST_BIRTH <= candidate.birth_date <= _today(candidate, standing.now)
    compared = {"earliest": EARLIEST_BIRTH.isoformat()}
    return Check("birth-date", compared, None if possible else BirthDateImpossible())


def _not_paused(candidate: Candidate, standing: Standing, *, waits: bool) -> Check:
    pause = pause_in_force(standing.pauses, Paused.ADMISSIONS, regency=candidate.region)
    compared = {"paused": pause is not None}
    if pause is None or waits:
        return Check("admissions-open", compared)
    return Check("admissions-open", compared, AdmissionsPaused(pause.message))


def _age(candidate: Candidate, standing: Standing) -> Check:
    rules = standing.rules
    age = age_on(_today(candidate, standing.now), born=candidate.birth_date)
    compared = {"age": age, "youngest": rules.youngest, "oldest": rules.oldest}
    if rules.youngest <= age <= rules.oldest:
        return Check("age", compared)
    detail = f"A card is awarded at an age from {rules.youngest} to {rules.oldest}; this person is {age}."
    return Check("age", compared, AgeOutsideRules(detail, facts=compared))


def _once(nomination: Nomination, standing: Standing, so_far: SoFar) -> Check:
    held = nomination.nik_digest in so_far.niks
    compared = {
        "holds_or_held_a_card": held,
        "once_in_a_lifetime": standing.rules.once_in_a_lifetime,
    }
    # A second card beside a living first one is never given, whatever the rules say of those that ended.
    return Check("once-in-a-lifetime", compared, NikAlreadyHeld() if held else None)


def _family_card(nomination: Nomination, standing: Standing, so_far: SoFar) -> Check:
    most = standing.rules.recipients_per_family_card
    recipients = so_far.recipients[nomination.family_digest]
    compared = {"recipients": recipients, "most": most}
    refusal = FamilyCardUsedUp(facts=compared) if recipients >= most else None
    return Check("family-card", compared, refusal)


def _quota(quota: Quota) -> Check:
    compared = {
        "quota_id": quota.quota_id,
        "wave_id": quota.wave_id,
        "scheme": quota.reach.scheme,
        "region": quota.reach.region,
        "cluster": quota.reach.cluster,
        "places": quota.places,
        "used": quota.used,
    }
    if quota.left is None or quota.left > 0:
        return Check("quota", compared)
    return Check("quota", compared, QuotaFull(facts={"quota_id": quota.quota_id}))


def age_on(day: date, *, born: date) -> int:
    """Return a person's age in whole years; who was born on 29 February turns on 1 March in other years."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def _today(candidate: Candidate, now: datetime) -> date:
    """Return which day it is where the candidate lives."""
    return now.astimezone(regency(candidate.region).zone.tzinfo).date()


def _award(nomination: Nomination, *, rules: RuleSet, now: datetime) -> Award:
    candidate = nomination.candidate
    card = Card(
        card_ref=nomination.card_ref,
        scheme=candidate.scheme,
        state=CardState.AWARDED,
        balance=rules.training_balance,
        deadline=runs_out(now, rules.first_purchase, region=candidate.region),
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
