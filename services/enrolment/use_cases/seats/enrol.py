"""Give seats, or places in waiting lists, to a batch of commands: lock in the one global order, judge, save.

The order of locks is that of the whole service: docs/architecture.md, "In which order rows are locked".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

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
from services.enrolment.domain.programme.card import Card
from services.enrolment.domain.programme.standstill import settled
from services.enrolment.domain.seats.admission import Admitted, Situation, admit_all
from services.enrolment.domain.seats.enrol_command import EnrolCommand
from services.enrolment.domain.seats.enrolment import Enrolment
from services.enrolment.domain.seats.training_class import TrainingClass
from services.enrolment.domain.seats.waiting_admission import Waitlisted
from services.enrolment.domain.seats.waiting_list import Place
from services.enrolment.storage.cards import clocks_from
from services.enrolment.storage.stores import Stores
from services.enrolment.use_cases.shared.actor import Actor
from services.enrolment.use_cases.shared.catalogue_lag import may_be_to_come
from services.enrolment.use_cases.shared.place_entries import place_entry


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
        done = [verdict for verdict in verdicts if not isinstance(verdict, Problem)]
        first = self._save(connection, done, situation) if done else 0
        answers = iter(
            self._answer(verdict, position) for position, verdict in enumerate(done, start=first)
        )
        return [v if isinstance(v, Problem) else next(answers) for v in verdicts]

    def _situation(self, connection: sa.Connection, commands: Sequence[EnrolCommand]) -> Situation:
        stores = self._stores
        card_refs = [command.card_ref for command in commands]
        with parting(lambda command: command.class_id):
            classes = stores.classes.lock(connection, [command.class_id for command in commands])
        with parting(lambda command: command.card_ref):
            cards = stores.cards.lock_as_kept(connection, card_refs)
        history = stores.enrolments.history(connection, card_refs)
        offering = {class_id for class_id, each in classes.items() if each.offered}
        of_lists = [c.card_ref for c in commands if c.asks_for_list or c.class_id in offering]
        places = stores.places.open_of(connection, of_lists) if of_lists else {}
        provider_ids = [each.provider_id for each in classes.values()]
        switches = stores.switches.read(
            connection, provider_ids, clocks_from=_pauses_since(cards.values(), places)
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
            places=places,
        )

    def _save(
        self,
        connection: sa.Connection,
        done: Sequence[Admitted | Waitlisted],
        situation: Situation,
    ) -> int:
        """Save what was given and return the journal position of the first entry."""
        stores = self._stores
        last_of_class = {each.training_class.class_id: each.training_class for each in done}
        classes = list(last_of_class.values())
        admitted = [each for each in done if isinstance(each, Admitted)]
        last_of_card = {a.card.card_ref: a.card for a in admitted}
        stores.places.add(connection, [w.place for w in done if isinstance(w, Waitlisted)])
        stores.places.save(connection, [a.place for a in admitted if a.place is not None])
        stores.classes.save_lists(connection, classes, before=situation.classes)
        stores.classes.save_held(connection, classes, before=situation.classes)
        stores.cards.save(connection, list(last_of_card.values()))
        stores.enrolments.add(connection, [a.enrolment for a in admitted])
        owing = {ref for ref, past in situation.history.items() if any(e.owes_review for e in past)}
        stopped = [card for card_ref, card in last_of_card.items() if card_ref in owing]
        stores.due_times.follow_clocks(connection, stopped)
        movements = [a.movement for a in admitted if a.movement is not None]
        stores.movements.add(connection, movements, now=situation.now)
        entries = [
            _entry_of_place(each) if isinstance(each, Waitlisted) else _entry(each) for each in done
        ]
        return stores.journal.append(connection, entries, now=situation.now)

    def _answer(self, verdict: Admitted | Waitlisted, position: int) -> Answer:
        if isinstance(verdict, Waitlisted):
            told: dict[str, int | str] = {"place_in_line": verdict.training_class.waiting}
            given: Enrolment | Place = verdict.place
        else:
            given = verdict.enrolment
            told = {
                "balance": verdict.card.balance,
                "redeem_code": redeem_code(self._code_key, given.enrolment_id),
            }
        return json_answer(
            201,
            {
                "id": given.enrolment_id,
                "status": given.state.value,
                "class": _class_document(verdict.training_class),
                "price": given.price,
                **told,
                "position": position,
            },
            {"Location": f"/api/v1/enrolments/{given.enrolment_id}"},
        )


def _pauses_since(cards: Iterable[Card], places: Mapping[str, Sequence[Place]]) -> datetime | None:
    """Return since when pauses matter that are over: for the clocks of cards, and for seats that are offered."""
    offered = (each.offered_at for of_card in places.values() for each in of_card)
    instants = (clocks_from(cards), *offered)
    return min((each for each in instants if each is not None), default=None)


def _class_document(training_class: TrainingClass) -> dict[str, str]:
    return {
        "id": training_class.class_id,
        "course_id": training_class.course_id,
        "course_title": training_class.course_title,
        "mode": training_class.mode,
        "zone": training_class.zone,
        "starts_at": write_instant(training_class.starts_at),
        "ends_at": write_instant(training_class.ends_at),
    }


def _entry_of_place(waitlisted: Waitlisted) -> Entry:
    command, place = waitlisted.command, waitlisted.place
    return place_entry(
        EntryKind.ENROLMENT_WAITLISTED,
        place,
        waitlisted.training_class,
        Actor(command.actor, command.role, command.request_id),
        region=waitlisted.region,
        rule_version=place.rule_version,
        said={
            "price": place.price,
            "number": place.number,
            **told_of_assistance(command.role),
        },
    )


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
            **({} if admission.place is None else {"offered": admission.training_class.offered}),
            **told_of_assistance(admission.command.role),
        },
    )
