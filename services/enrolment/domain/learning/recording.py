"""Recording evidence: a batch is folded one after another, and each stands or falls by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from chassis.problems import FieldError, NotFound, Problem, StateConflict, ValidationFailed
from services.enrolment.domain.learning.due import due_of
from services.enrolment.domain.learning.evidence import (
    MOST_OF_AN_ENROLMENT,
    Evidence,
    check_evidence,
)
from services.enrolment.domain.learning.redemption import refuse_called_off
from services.enrolment.domain.seats.enrolment import Enrolment, EnrolmentState
from services.enrolment.domain.seats.training_class import TrainingClass
from vocabulary.refusals.learning import (
    EvidenceConflict,
    EvidenceCorrected,
    EvidenceNotFound,
    EvidenceTooMuch,
)
from vocabulary.rule_set import RuleSet


@dataclass(frozen=True, slots=True)
class Kept:
    """Evidence that is kept; `counts` is false where the result had been given before it came."""

    evidence: Evidence
    enrolment: Enrolment
    counts: bool


@dataclass(frozen=True, slots=True)
class Repeated:
    """Evidence that was sent before, word for word: nothing is done again."""

    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Known:
    """What a batch is judged by, under the locks of its cards: the enrolments within the caller's reach alone.

    `evidence` is what is kept under the ids that the batch names, `corrections` tells by what evidence was corrected,
    `entries` how many are kept of each enrolment. An operator says why for each (`by_operator`).
    """

    enrolments: Mapping[str, Enrolment]
    classes: Mapping[str, TrainingClass]
    evidence: Mapping[str, Evidence]
    corrections: Mapping[str, str]
    entries: Mapping[str, int]
    by_operator: bool
    rules: RuleSet
    now: datetime


@dataclass(slots=True)
class _SoFar:
    """What the ones before in the same batch have added."""

    evidence: dict[str, Evidence]
    corrections: dict[str, str]
    entries: dict[str, int] = field(default_factory=dict)


def record_all(
    items: Sequence[Evidence | Problem], known: Known
) -> list[Kept | Repeated | Problem]:
    """Judge evidence in its order; return for each whether it is kept, was there before, or why it is refused."""
    so_far = _SoFar(dict(known.evidence), dict(known.corrections), dict(known.entries))
    outcomes: list[Kept | Repeated | Problem] = []
    for item in items:
        try:
            outcomes.append(item if isinstance(item, Problem) else _record(item, known, so_far))
        except Problem as refusal:
            outcomes.append(refusal)
    return outcomes


def _record(evidence: Evidence, known: Known, so_far: _SoFar) -> Kept | Repeated:
    enrolment = known.enrolments.get(evidence.enrolment_id)
    if enrolment is None:
        raise NotFound
    there = so_far.evidence.get(evidence.evidence_id)
    if there is not None:
        if there != evidence:
            raise EvidenceConflict
        return Repeated(evidence)
    _check(evidence, enrolment, known, so_far)
    so_far.evidence[evidence.evidence_id] = evidence
    so_far.entries[evidence.enrolment_id] = so_far.entries.get(evidence.enrolment_id, 0) + 1
    if evidence.corrects is not None:
        so_far.corrections[evidence.corrects] = evidence.evidence_id
    return Kept(evidence, enrolment, counts=enrolment.is_live)


def _check(evidence: Evidence, enrolment: Enrolment, known: Known, so_far: _SoFar) -> None:
    if enrolment.state is EnrolmentState.CANCELLED:
        raise StateConflict(
            "This enrolment was cancelled: nobody attends by it.",
            facts={"state": enrolment.state.value},
        )
    training_class = known.classes[enrolment.class_id]
    refuse_called_off(training_class)
    if known.by_operator and evidence.reason is None:
        raise ValidationFailed(
            errors=[FieldError("/reason", "Say why you record this in the provider's place.")]
        )
    if so_far.entries.get(enrolment.enrolment_id, 0) >= MOST_OF_AN_ENROLMENT:
        raise EvidenceTooMuch(facts={"most": MOST_OF_AN_ENROLMENT})
    _check_correction(evidence, so_far)
    due_at = due_of(enrolment, training_class, known.rules)
    check_evidence(evidence, training_class, due_at=due_at, now=known.now)


def _check_correction(evidence: Evidence, so_far: _SoFar) -> None:
    if evidence.corrects is None:
        return
    wrong = so_far.evidence.get(evidence.corrects)
    if wrong is None or (wrong.enrolment_id, wrong.sequence) != (
        evidence.enrolment_id,
        evidence.sequence,
    ):
        raise EvidenceNotFound
    corrected_by = so_far.corrections.get(evidence.corrects)
    if corrected_by is not None:
        raise EvidenceCorrected(facts={"corrected_by": corrected_by})
