"""End trainings by their evidence: one, or those of a class that still run, each by itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from chassis.identifiers import new_id
from chassis.identity import Principal
from chassis.journal import Entry
from chassis.problems import NotFound, Problem
from services.enrolment.domain.learning.evidence import Evidence
from services.enrolment.domain.learning.result import KIND_OF, Judging, Result, give_result
from services.enrolment.domain.programme.card import Card
from services.enrolment.domain.reach import reach_to_act
from services.enrolment.domain.seats.enrolment import Enrolment, PastEnrolment
from services.enrolment.domain.seats.training_class import TrainingClass
from services.enrolment.storage.stores import Stores
from services.enrolment.use_cases.shared.enrolment_entries import enrolment_entry
from services.enrolment.use_cases.shared.own_enrolment import own_enrolment
from services.enrolment.use_cases.shared.recorded import Recorded
from vocabulary.roles import OPERATOR

RESULTS_AT_ONCE = 200
"""Enrolments that one transaction judges: everybody else's writes wait for it on SQLite."""


@dataclass(frozen=True, slots=True)
class GiveResult:
    """Somebody wants trainings ended; an operator says why."""

    reason: str | None
    caller: Principal
    request_id: str


@dataclass(frozen=True, slots=True)
class ClassResults:
    """What became of the enrolments of a class that were judged, and after which one to go on (None: it is the end)."""

    given: list[Recorded[Result]]
    refused: list[tuple[str, Problem]]
    next_after: str | None


def give_result_of_one(
    connection: sa.Connection, enrolment_id: str, command: GiveResult, *, stores: Stores
) -> Recorded[Result]:
    """End a training of the caller's own. Raises `NotFound`, and what `domain.learning.result.give_result` does."""
    found = own_enrolment(connection, enrolment_id, caller=command.caller, stores=stores)
    [outcome] = _judge(connection, [found], found.class_id, command, stores)
    if isinstance(outcome, Problem):
        raise outcome
    return outcome


def give_results_of_class(
    connection: sa.Connection,
    class_id: str,
    command: GiveResult,
    *,
    after: str | None,
    stores: Stores,
) -> ClassResults:
    """End up to `RESULTS_AT_ONCE` running trainings of a class, in the order of enrolling, after one of them.

    Raises `NotFound` for a class that is absent or another's.
    """
    training_class = stores.classes.read(connection, class_id)
    reach = reach_to_act(command.caller)
    if training_class is None or not reach.has_class(provider_id=training_class.provider_id):
        raise NotFound
    found = stores.enrolments.live_after(connection, class_id, after, limit=RESULTS_AT_ONCE + 1)
    judged = found[:RESULTS_AT_ONCE]
    outcomes = _judge(connection, judged, class_id, command, stores)
    pairs = list(zip(judged, outcomes, strict=True))
    return ClassResults(
        given=[outcome for outcome in outcomes if isinstance(outcome, Recorded)],
        refused=[(each.enrolment_id, o) for each, o in pairs if isinstance(o, Problem)],
        next_after=judged[-1].enrolment_id if len(found) > len(judged) else None,
    )


@dataclass(frozen=True, slots=True)
class _Standing:
    """What enrolments of one class are judged by, as it stands now that their cards are locked."""

    training_class: TrainingClass
    enrolments: Mapping[str, Enrolment]
    evidence: Mapping[str, Sequence[Evidence]]
    cards: Mapping[str, Card]
    history: Mapping[str, Sequence[PastEnrolment]]
    judging: Judging


def _judge(
    connection: sa.Connection,
    enrolments: Sequence[Enrolment],
    class_id: str,
    command: GiveResult,
    stores: Stores,
) -> list[Recorded[Result] | Problem]:
    """Lock the cards, judge each enrolment as it stands then, and save all with a fixed number of statements."""
    standing = _standing(connection, enrolments, class_id, command, stores)
    outcomes = [_judged(each, standing) for each in standing.enrolments.values()]
    results = [outcome for outcome in outcomes if isinstance(outcome, Result)]
    places = _save(connection, results, command, standing.judging, stores)
    return [Recorded(o, next(places)) if isinstance(o, Result) else o for o in outcomes]


def _standing(
    connection: sa.Connection,
    enrolments: Sequence[Enrolment],
    class_id: str,
    command: GiveResult,
    stores: Stores,
) -> _Standing:
    """Lock the cards, and read the rest after that: while this waited the class may have moved or been called off."""
    names = [each.enrolment_id for each in enrolments]
    cards = stores.cards.lock(connection, [each.card_ref for each in enrolments])
    training_class = stores.classes.read(connection, class_id)
    if training_class is None:
        raise NotFound
    found = stores.enrolments.find_all(connection, names)
    evidence = stores.evidence.of(connection, names)
    history = stores.enrolments.history(connection, list(cards))
    now = stores.database.now(connection)
    by_operator = command.caller.role == OPERATOR
    return _Standing(
        training_class=training_class,
        enrolments={name: found[name] for name in names},
        evidence=evidence,
        cards=cards,
        history=history,
        judging=Judging(by_operator, now, stores.rules.at(connection, now)),
    )


def _judged(enrolment: Enrolment, standing: _Standing) -> Result | Problem:
    try:
        return give_result(
            enrolment,
            standing.evidence.get(enrolment.enrolment_id, []),
            card=standing.cards[enrolment.card_ref],
            training_class=standing.training_class,
            past=standing.history.get(enrolment.card_ref, []),
            movement_id=new_id(),
            judging=standing.judging,
        )
    except Problem as refusal:
        return refusal


def _save(
    connection: sa.Connection,
    results: Sequence[Result],
    command: GiveResult,
    judging: Judging,
    stores: Stores,
) -> Iterator[int]:
    """Save results, and return the positions of their entries, one after another."""
    if not results:
        return iter(())
    now, version = judging.now, judging.rules.version
    stores.cards.save(connection, [each.card for each in results])
    stores.enrolments.save_states(connection, [each.enrolment for each in results])
    stores.due_times.follow_clocks(connection, [each.card for each in results])
    movements = [each.movement for each in results if each.movement is not None]
    stores.movements.add(connection, movements, now=now)
    stores.results.add(connection, results, rule_version=version, now=now)
    entries = [_entry(each, command, version) for each in results]
    first = stores.journal.append(connection, entries, now=now)
    return iter(range(first, first + len(results)))


def _entry(result: Result, command: GiveResult, rule_version: str) -> Entry:
    enrolment, attendance = result.enrolment, result.attendance
    return enrolment_entry(
        KIND_OF[enrolment.state],
        enrolment,
        result.card,
        caller=command.caller,
        request_id=command.request_id,
        rule_version=rule_version,
        said={
            "reason": command.reason,
            "attended": attendance.attended,
            "meetings": len(attendance.meetings),
            "final_test": attendance.final_test.present,
            "evidence": attendance.counted,
            "price": enrolment.price,
            "balance": result.card.balance,
            "card_state": result.card.state.value,
            "movement_id": result.movement.movement_id if result.movement else None,
        },
    )
