"""Give seats to a batch of commands: lock in the one global order, judge purely, save in so many statements.

The order of locks is that of the whole service: docs/architecture.md, "In which order rows are locked".
"""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from chassis.clock import write_instant
from chassis.idempotency import Answer, json_answer
from chassis.journal import Entry
from chassis.problems import Problem
from chassis.settlement import parting
from chassis.tickets import Outcome
from services.enrolment.domain.assistance import told_of_assistance
from services.enrolment.domain.entry_kinds import EntryKind
from services.enrolment.domain.learning.redemption import redeem_code
from services.enrolment.domain.programme.standstill import settled
from services.enrolment.domain.seats.admission import Admitted, EnrolCommand, Situation, admit_all
from services.enrolment.storage.cards import clocks_from
from services.enrolment.storage.stores import Stores
from services.enrolment.use_cases.shared.catalogue_lag import may_be_to_come


class EnrolHandler:
    """What the group commit does with a batch of enrolments."""

    def __init__(self, stores: Stores, *, code_key: bytes) -> None:
        self._stores = stores
        self._code_key = code_key

    def settle(
        self, connection: sa.Connection, commands: Sequence[EnrolCommand]
    ) -> Sequence[Outcome]:
        """Lock, decide, save and journal a batch; one outcome a command, in order."""
        situation = self._situation(connection, commands)
        verdicts = admit_all(commands, situation)
        admitted = [verdict for verdict in verdicts if isinstance(verdict, Admitted)]
        first = self._save(connection, admitted, situation) if admitted else 0
        answers = iter(
            self._answer(admission, position)
            for position, admission in enumerate(admitted, start=first)
        )
        return [next(answers) if isinstance(v, Admitted) else _refusal(v) for v in verdicts]

    def _situation(self, connection: sa.Connection, commands: Sequence[EnrolCommand]) -> Situation:
        stores = self._stores
        card_refs = [command.card_ref for command in commands]
        with parting(lambda command: command.class_id):
            classes = stores.classes.lock(connection, [command.class_id for command in commands])
        with parting(lambda command: command.card_ref):
            cards = stores.cards.lock_as_kept(connection, card_refs)
        history = stores.enrolments.history(connection, card_refs)
        provider_ids = [each.provider_id for each in classes.values()]
        switches = stores.switches.read(
            connection, provider_ids, clocks_from=clocks_from(cards.values())
        )
        pauses = [*switches.pauses, *switches.past_pauses]
        if pauses:
            cards = {card_ref: settled(card, pauses) for card_ref, card in cards.items()}
        unknown = {c.class_id for c in commands if c.class_id not in classes}
        to_come = may_be_to_come(connection, unknown, stores=stores) if unknown else frozenset()
        return Situation(
            classes=classes,
            cards=cards,
            history=history,
            classes_to_come=to_come,
            now=switches.now,
            rules=stores.rules.at(connection, switches.now),
            pauses=switches.pauses,
            suspended=switches.suspended,
        )

    def _save(
        self, connection: sa.Connection, admitted: Sequence[Admitted], situation: Situation
    ) -> int:
        """Save all admissions and return the journal position of the first."""
        stores = self._stores
        last_of_class = {a.training_class.class_id: a.training_class for a in admitted}
        last_of_card = {a.card.card_ref: a.card for a in admitted}
        stores.classes.save_held(connection, list(last_of_class.values()), before=situation.classes)
        stores.cards.save(connection, list(last_of_card.values()))
        stores.enrolments.add(connection, [a.enrolment for a in admitted])
        owing = {ref for ref, past in situation.history.items() if any(e.owes_review for e in past)}
        stopped = [card for card_ref, card in last_of_card.items() if card_ref in owing]
        stores.due_times.follow_clocks(connection, stopped)
        movements = [a.movement for a in admitted if a.movement is not None]
        stores.movements.add(connection, movements, now=situation.now)
        entries = [_entry(admission) for admission in admitted]
        return stores.journal.append(connection, entries, now=situation.now)

    def _answer(self, admission: Admitted, position: int) -> Answer:
        enrolment, training_class = admission.enrolment, admission.training_class
        return json_answer(
            201,
            {
                "id": enrolment.enrolment_id,
                "status": enrolment.state.value,
                "class": {
                    "id": training_class.class_id,
                    "course_id": training_class.course_id,
                    "course_title": training_class.course_title,
                    "mode": training_class.mode,
                    "zone": training_class.zone,
                    "starts_at": write_instant(training_class.starts_at),
                    "ends_at": write_instant(training_class.ends_at),
                },
                "price": enrolment.price,
                "balance": admission.card.balance,
                "redeem_code": redeem_code(self._code_key, enrolment.enrolment_id),
                "position": position,
            },
            {"Location": f"/api/v1/enrolments/{enrolment.enrolment_id}"},
        )


def _refusal(verdict: Admitted | Problem) -> Problem:
    assert isinstance(verdict, Problem)  # noqa: S101 - narrows for the type checker
    return verdict


def _entry(admission: Admitted) -> Entry:
    enrolment = admission.enrolment
    return Entry(
        kind=EntryKind.ENROLMENT_CONFIRMED,
        actor=admission.command.actor,
        role=admission.command.role,
        request_id=admission.command.request_id,
        rule_version=enrolment.rule_version,
        subjects={
            "class_id": enrolment.class_id,
            "provider_id": enrolment.provider_id,
            "card_ref": enrolment.card_ref,
            "region": admission.card.region,
        },
        body={
            "enrolment_id": enrolment.enrolment_id,
            "price": enrolment.price,
            "balance": admission.card.balance,
            "card_state": admission.card.state.value,
            "held": admission.training_class.held,
            "movement_id": admission.movement.movement_id if admission.movement else None,
            **told_of_assistance(admission.command.role),
        },
    )
