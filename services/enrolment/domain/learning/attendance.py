"""What evidence comes to: which meetings somebody came to, and whether that is enough by the rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.enrolment.domain.learning.evidence import Evidence
from services.enrolment.domain.seats.enrolment import EnrolmentState
from services.enrolment.domain.seats.training_class import FINAL_TEST
from vocabulary.rule_set import RuleSet


@dataclass(frozen=True, slots=True)
class Attended:
    """One meeting: whether somebody came, and the evidence that counts.

    `present` is None where nobody said anything. Any evidence that somebody came outweighs what says the opposite: a
    list may have missed a person, and what is wrong is corrected. `made_up` tells that only a make-up was attended.
    """

    sequence: int
    present: bool | None
    made_up: bool
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Attendance:
    """All meetings of a class for one enrolment; `score` is that of the final test, the last one that was told."""

    meetings: tuple[Attended, ...]
    final_test: Attended
    score: int | None

    @property
    def attended(self) -> int:
        """Return how many meetings were attended."""
        return sum(bool(meeting.present) for meeting in self.meetings)

    @property
    def is_known(self) -> bool:
        """Tell whether there is any evidence at all."""
        return any(each.present is not None for each in (*self.meetings, self.final_test))

    @property
    def has_come(self) -> bool:
        """Tell whether there is evidence of anything that was attended."""
        return any(each.present for each in (*self.meetings, self.final_test))

    @property
    def counted(self) -> list[str]:
        """Return the ids of all evidence that counts, meeting by meeting."""
        return [name for each in (*self.meetings, self.final_test) for name in each.evidence]


def uncorrected(evidence: Sequence[Evidence]) -> list[Evidence]:
    """Return what no correction has taken the place of, in the order given."""
    corrected = {each.corrects for each in evidence}
    return [each for each in evidence if each.evidence_id not in corrected]


def tally(evidence: Sequence[Evidence], *, meetings: int) -> Attendance:
    """Add up the evidence of one enrolment, in the order of its recording, for a class of so many meetings."""
    valid = uncorrected(evidence)
    sat = [each.score for each in valid if each.sequence == FINAL_TEST and each.present]
    scores = [score for score in sat if score is not None]
    return Attendance(
        meetings=tuple(_attended(number, valid) for number in range(1, meetings + 1)),
        final_test=_attended(FINAL_TEST, valid),
        score=scores[-1] if scores else None,
    )


def _attended(sequence: int, valid: Sequence[Evidence]) -> Attended:
    told = [each for each in valid if each.sequence == sequence]
    came = [each for each in told if each.present]
    return Attended(
        sequence=sequence,
        present=bool(came) if told else None,
        made_up=bool(came) and all(each.make_up is not None for each in came),
        evidence=tuple(each.evidence_id for each in told),
    )


def is_enough(attendance: Attendance, rules: RuleSet) -> bool:
    """Tell whether somebody came to the share of meetings that the rules want, and sat the final test if they want it.

    A low score completes: only the sitting counts.
    """
    needed = rules.attendance_percent * len(attendance.meetings)
    sat = bool(attendance.final_test.present) or not rules.final_test_needed
    return attendance.attended * 100 >= needed and sat


def outcome_of(attendance: Attendance, rules: RuleSet) -> EnrolmentState:
    """Return how a training ended: who never came to meeting 1, nor to a make-up of it, did not show up."""
    if not attendance.meetings[0].present:
        return EnrolmentState.NO_SHOW
    if is_enough(attendance, rules):
        return EnrolmentState.COMPLETED
    return EnrolmentState.INCOMPLETE
