"""Admit the people whose applications are next in a draw's order, in one transaction with what tells how far it is.

Nothing has to be remembered between two of these: after a crash, the draw says at which place it goes on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

import sqlalchemy as sa

from chassis.identifiers import new_id
from chassis.identity import Principal
from chassis.journal import Entry
from chassis.problems import Problem
from services.enrolment.domain.draw.application import Verdict, verdict_of
from services.enrolment.domain.draw.draw import Draw, Step
from services.enrolment.domain.entry_kinds import EntryKind
from services.enrolment.domain.programme.award import Candidate
from services.enrolment.domain.programme.pause import Paused, is_paused_anywhere
from services.enrolment.storage.stores import Stores
from services.enrolment.use_cases.draw.reveal_secret import done_entry
from services.enrolment.use_cases.programme.admit_candidates import (
    AdmitCandidates,
    Judged,
    PausedMeanwhile,
    admit_candidates,
)
from services.enrolment.use_cases.shared.by_worker import ACTOR, entry_of_worker
from services.enrolment.use_cases.shared.due_draw import lock_due_draw_if_free
from vocabulary.refusals.admission import AdmissionsPaused
from vocabulary.roles import SYSTEM


@dataclass(frozen=True, slots=True)
class DrawnPeople:
    """Who comes next in the order of a draw, by application, or why nobody does; places count from 0."""

    wave_id: str
    first_place: int
    people: Sequence[tuple[str, Candidate | Problem]] = field(repr=False)


def admit_drawn(
    connection: sa.Connection, drawn: DrawnPeople, *, request_id: str, stores: Stores
) -> int:
    """Judge those who come next and destroy what tells who they are, but for those with a card; return how many.

    Nothing is done, and 0 returned, where another worker has the draw, where these are not the next any more, where one
    of them was erased since they were read, and while admissions are paused anywhere: a region that is paused must not
    lose its turn to the others. Raises `PausedMeanwhile` where that began just now; roll back and come again.
    """
    due = lock_due_draw_if_free(connection, drawn.wave_id, Step.ADMIT, stores=stores)
    if due is None or due.draw.judged != drawn.first_place:
        return 0
    if _is_paused(connection, stores) or _was_erased(connection, drawn, stores):
        return 0
    command = _command(drawn, new_id(), request_id)
    save = partial(_save, connection, due.draw, command, drawn, stores=stores)
    judged = admit_candidates(connection, command, stores=stores, also=save)
    verdicts = _verdicts(drawn, judged)
    saved = stores.applications.save_verdicts(
        connection, verdicts, first_position=judged.also_position
    )
    if saved != len(verdicts):
        raise LookupError(f"{len(verdicts) - saved} applications of the order are not there")
    return len(verdicts)


def _was_erased(connection: sa.Connection, drawn: DrawnPeople, stores: Stores) -> bool:
    """Tell whether somebody was erased between being read and the draw being locked."""
    read = [one for one, person in drawn.people if isinstance(person, Candidate)]
    return stores.applications.erased_among(connection, read)


def _is_paused(connection: sa.Connection, stores: Stores) -> bool:
    _, pauses = stores.pauses.now_and_in_force(connection)
    return is_paused_anywhere(pauses, Paused.ADMISSIONS)


def _command(drawn: DrawnPeople, admission_id: str, request_id: str) -> AdmitCandidates:
    return AdmitCandidates(
        admission_id=admission_id,
        wave_id=drawn.wave_id,
        rows=[candidate for _, candidate in drawn.people],
        caller=Principal(ACTOR, SYSTEM, None, None, None, expires_at=0),
        request_id=request_id,
        drawn=True,
    )


def _save(
    connection: sa.Connection,
    draw: Draw,
    command: AdmitCandidates,
    drawn: DrawnPeople,
    judged: Judged,
    *,
    stores: Stores,
) -> list[Entry]:
    """Save how far the draw is; return what tells of each application, and of the end.

    Raises `PausedMeanwhile` where a pause began while these waited for others' admissions.
    """
    if any(isinstance(outcome, AdmissionsPaused) for outcome in judged.outcomes):
        raise PausedMeanwhile(drawn.wave_id)
    verdicts = _verdicts(drawn, judged)
    after = draw.after(verdicts, now=stores.database.now(connection))
    stores.draws.save_judged(connection, after)
    entries = [_entry(command, verdict, rule_version=judged.rule_version) for verdict in verdicts]
    if after.ended_at is not None:
        entries.append(done_entry(after, command.request_id))
    return entries


def _verdicts(drawn: DrawnPeople, judged: Judged) -> list[Verdict]:
    ids = [application_id for application_id, _ in drawn.people]
    return [
        verdict_of(one, place, outcome)
        for place, (one, outcome) in enumerate(
            zip(ids, judged.outcomes, strict=True), start=drawn.first_place + 1
        )
    ]


def _entry(command: AdmitCandidates, verdict: Verdict, *, rule_version: str) -> Entry:
    body = {
        "wave_id": command.wave_id,
        "application_id": verdict.application_id,
        "place": verdict.place,
        "state": verdict.state.value,
        "code": verdict.code,
        "quota_id": verdict.quota_id,
    }
    if verdict.card_ref is not None:
        body["admission_id"] = command.admission_id
    return entry_of_worker(
        EntryKind.APPLICATION_JUDGED,
        body,
        request_id=command.request_id,
        subjects={"card_ref": verdict.card_ref},
        rule_version=rule_version,
    )
