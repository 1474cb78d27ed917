"""A file of candidates that is admitted piece by piece."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

from chassis.problems import Problem, StateConflict
from services.enrolment.domain.programme.award import Award
from vocabulary.refusals.admission import QuotaFull

ROWS_A_CHUNK = 200
"""Candidates that one transaction admits: far fewer than may come at once by hand, since it happens unwatched, again
and again, and everybody else's writes wait for its end.
"""

RESULTS_KEPT_FOR = timedelta(days=30)
ABANDONED_AFTER = timedelta(hours=1)
"""How long nothing may come of a file before it is taken for abandoned by its sender."""


class FileState(StrEnum):
    """Where a file stands."""

    RECEIVING = "receiving"
    """It is being sent."""

    WAITING = "waiting"
    """All of it is there, and none of it was admitted yet."""

    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"


GOES_ON = (FileState.WAITING, FileState.RUNNING)


@dataclass(frozen=True, slots=True)
class AdmissionFile:
    """A file of candidates for a wave: how many rows it has, and what became of those that are done."""

    file_id: str
    wave_id: str
    state: FileState
    rows: int
    done: int
    admitted: int
    refused: int
    sent_by: str
    request_id: str

    @property
    def goes_on(self) -> bool:
        """Tell whether some of it is still to be admitted."""
        return self.state in GOES_ON

    def after(self, rows: int, *, admitted: int) -> AdmissionFile:
        """Return the file once so many more rows of it are done, and so many of these were admitted."""
        done = self.done + rows
        return replace(
            self,
            state=FileState.DONE if done == self.rows else FileState.RUNNING,
            done=done,
            admitted=self.admitted + admitted,
            refused=self.refused + rows - admitted,
        )

    def check_stop(self) -> None:
        """Raise `StateConflict` where there is nothing to stop."""
        if not self.goes_on:
            raise StateConflict(_NOTHING_TO_STOP, facts={"state": self.state.value})


@dataclass(frozen=True, slots=True)
class RowResult:
    """What became of a row: a card's number, or the code and the words of the refusal."""

    line: int
    card_number: str | None = None
    code: str | None = None
    detail: str | None = None
    quota_id: str | None = None


def result_of(line: int, outcome: Award | Problem) -> RowResult:
    """Write down what became of the candidate in a line."""
    if isinstance(outcome, Award):
        return RowResult(line, card_number=outcome.nomination.card_number)
    quota_id = outcome.facts.get("quota_id") if isinstance(outcome, QuotaFull) else None
    return RowResult(line, code=outcome.code, detail=_words(outcome), quota_id=quota_id)


def without_cards(results: Sequence[RowResult], card_numbers: Collection[str]) -> list[RowResult]:
    """Return results with the numbers of cards gone whose holders were erased."""
    return [
        RowResult(one.line, code=ERASED, detail=_ERASED) if one.card_number in card_numbers else one
        for one in results
    ]


def count_admitted(results: Sequence[RowResult]) -> int:
    """Count the rows that earned a card."""
    return sum(result.code is None for result in results)


def _words(refusal: Problem) -> str:
    """Return a refusal in one line: what is wrong with each value where values are wrong."""
    if not refusal.errors:
        return refusal.detail
    return " ".join(f"{error.pointer.lstrip('/')}: {error.message}" for error in refusal.errors)


ERASED = "erased"
"""In the place of the code of a refusal: there was a card, and nothing is kept of its holder."""

_ERASED = "This line earned a card. Its holder was erased since."
_NOTHING_TO_STOP = (
    "Only a file that waits or runs can be stopped; the member state says where this one stands."
)
