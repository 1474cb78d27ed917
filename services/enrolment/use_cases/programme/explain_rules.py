"""Explain what the rules say of a seat that a card wants, of an enrolment, or of a class; nothing is changed.

The checks are those by which the same is judged; under another version they show what that one would have said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

import sqlalchemy as sa

from chassis.problems import FieldError, NotFound, ValidationFailed
from services.enrolment.domain.programme.card import Card
from services.enrolment.domain.programme.check import Check, first_refusal
from services.enrolment.domain.programme.hindsight import as_if_awarded_under
from services.enrolment.domain.seats import entitlement
from services.enrolment.domain.seats.enrolment import Enrolment
from services.enrolment.domain.seats.training_class import TrainingClass
from services.enrolment.storage.card_before import card_before
from services.enrolment.storage.stores import Stores
from vocabulary.class_limits import ClassFacts, Limit, class_limits, rules_of_class
from vocabulary.refusals.seats import ClassNotFound
from vocabulary.rule_book import RuleBook, beginning_of
from vocabulary.rule_set import RuleSet
from vocabulary.zones import zone


@dataclass(frozen=True, slots=True)
class Judge:
    """By which rules a case is judged, and as of when; `other` where these are not those that would judge it."""

    rules: RuleSet
    at: datetime
    other: bool = False


@dataclass(frozen=True, slots=True)
class Explanation:
    """What each rule says, in the order in which they are asked, and who judges."""

    judge: Judge
    checks: Sequence[Check]

    @property
    def refused_by(self) -> str | None:
        """Return the code by which this is refused; None where every rule holds."""
        refusal = first_refusal(self.checks)
        return None if refusal is None else refusal.code


def judge_asked_for(
    book: RuleBook, *, version: str | None, day: date | None, now: datetime
) -> Judge:
    """Return the rules of a version, of a day (judged as it begins), or those in force, and as of when they judge.

    Raises `ValidationFailed` where there is no such version, or no rules were in force that day.
    """
    if version is not None:
        dated = book.find(version)
        if dated is None:
            raise ValidationFailed(
                errors=[
                    FieldError("/version", "There is no such version; see the list of versions.")
                ]
            )
        return Judge(dated.rules, now, other=True)
    at = now if day is None else beginning_of(day)
    try:
        return Judge(book.in_force_at(at), at, other=day is not None)
    except LookupError as error:
        raise ValidationFailed(errors=[FieldError("/date", str(error))]) from error


def explain_seat(
    connection: sa.Connection, judge: Judge, *, card_ref: str, class_id: str, stores: Stores
) -> Explanation:
    """Explain whether a card would get a seat. Raises `ClassNotFound`, and `NotFound` without the card."""
    card = stores.cards.read(connection, card_ref)
    if card is None:
        raise NotFound
    training_class = stores.classes.read(connection, class_id)
    if training_class is None:
        raise ClassNotFound
    switches = stores.switches.read(connection, [training_class.provider_id])
    case = entitlement.Case(
        card=_under(connection, card, judge, stores),
        training_class=training_class,
        past=stores.enrolments.history(connection, [card_ref]).get(card_ref, []),
        expected_price=None,
        pauses=switches.pauses,
        provider_suspended=training_class.provider_id in switches.suspended,
        rules=judge.rules,
        now=judge.at,
    )
    return Explanation(judge, list(entitlement.checks_of(case)))


def explain_enrolment(
    connection: sa.Connection, enrolment: Enrolment, judge: Judge, *, stores: Stores
) -> Explanation:
    """Explain an enrolment by what was known when it was made: its card, clock, balance, other trainings, reviews then.

    What changes from hour to hour (seats, prices, windows, pauses) is not asked again.
    """
    card = stores.cards.read(connection, enrolment.card_ref)
    training_class = stores.classes.read(connection, enrolment.class_id)
    if card is None or training_class is None:
        raise NotFound
    before = card_before(connection, enrolment)
    then = replace(
        card,
        state=enrolment.card_state_before,
        deadline=enrolment.card_deadline_before,
        balance=before.balance,
        barred_at=None,  # a barred card buys nothing,
        paused_at=None,  # and nobody does in a pause
    )
    seen = _under(connection, then, judge, stores)
    checks = [
        entitlement.running_trainings(before.running, judge.rules),
        entitlement.card_usable(seen, judge.rules, enrolment.enrolled_at),
        entitlement.review_given(before.reviews_owed, judge.rules),
        entitlement.waiting_over(before.open_again_at, enrolment.enrolled_at),
        entitlement.mode_in_scheme(seen, training_class),
        entitlement.balance_covers(seen.balance, enrolment.price),
    ]
    return Explanation(replace(judge, at=enrolment.enrolled_at), checks)


def explain_class(training_class: TrainingClass, judge: Judge) -> Explanation:
    """Explain a class by the limits that the catalogue judges it by; what is not known of it here is left out."""
    facts = ClassFacts(
        mode=training_class.mode,
        hours=training_class.hours,
        seats=training_class.declared_seats,
        trainers=training_class.trainers,
        sittings=training_class.meetings,
        zone=zone(training_class.zone),
    )
    return Explanation(judge, [_check_of(limit) for limit in class_limits(facts, judge.rules)])


def rules_of_offer(training_class: TrainingClass, book: RuleBook) -> RuleSet:
    """Return the rules that judged a class; where they are not known, those in force when it starts."""
    judged = book.find(training_class.rule_version or "")
    return rules_of_class(book, training_class.starts_at) if judged is None else judged.rules


def _check_of(limit: Limit) -> Check:
    compared = {limit.number: limit.bound, "found": limit.found}
    refusal = ValidationFailed(limit.message, errors=[FieldError(limit.pointer, limit.message)])
    return Check(limit.rule, compared, None if limit.holds else refusal)


def _under(connection: sa.Connection, card: Card, judge: Judge, stores: Stores) -> Card:
    """Return a card as other rules would have awarded it; as it is, where those judge that judge it anyway."""
    if not judge.other:
        return card
    rules = judge.rules
    award = stores.cards.award(connection, card.card_ref)
    own = stores.rules.book_now(connection).find(award.rule_version)
    if own is None or own.version == rules.version:
        return card
    return as_if_awarded_under(card, awarded_at=award.awarded_at, own=own.rules, other=rules)
