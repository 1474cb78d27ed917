"""By when somebody has to act on an enrolment."""

from __future__ import annotations

from datetime import datetime

from services.enrolment.domain.programme.clock import end_of_day
from services.enrolment.domain.seats.enrolment import Enrolment
from services.enrolment.domain.seats.training_class import TrainingClass
from vocabulary.rule_set import RuleSet
from vocabulary.zones import zone


def result_due_at(training_class: TrainingClass, rules: RuleSet) -> datetime:
    """Return until when a provider gives results: some days after the last meeting, when the day ends at the class."""
    return end_of_day(training_class.ends_at + rules.result_due, zone(training_class.zone))


def due_of(enrolment: Enrolment, training_class: TrainingClass, rules: RuleSet) -> datetime:
    """Return when the result of a running enrolment is due: the time that it was given, or else that of its class."""
    return enrolment.provider_due_at or result_due_at(training_class, rules)
