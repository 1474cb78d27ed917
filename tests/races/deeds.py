"""What callers do to a class, each by the use case or query that the call of that name runs."""

from __future__ import annotations

import json

import sqlalchemy as sa

from chassis.faults import Fault, fault_of
from chassis.idempotency import Answer, IdempotencyKey, IdempotencyKeys, json_answer
from chassis.identifiers import new_id
from chassis.identity import Principal
from chassis.problems import OutcomeUnknown, Problem, Unavailable
from services.enrolment.domain.seats.enrol_command import EnrolCommand
from services.enrolment.queries.availability import show_availability
from services.enrolment.queries.seats_feed import seats_since
from services.enrolment.service import EnrolmentService
from services.enrolment.storage.classes import ClassCopy, write_meetings
from services.enrolment.use_cases.seats.cancel_enrolment import CancelEnrolment, cancel_enrolment
from services.enrolment.use_cases.seats.copy_classes import copy_classes
from tests.races.history import Kind, Operation
from tests.races.seats_model import READ, READS, RESIZED
from tests.services.enrolment.house import PRICE
from vocabulary.roles import HOLDER

PATIENCE = 30.0
EVERYTHING = 1_000_000

Ended = tuple[str, tuple[str | int, ...]]
"""How an operation ended, and what was told."""


class Deeds:
    """A service, and what is done with it."""

    def __init__(self, service: EnrolmentService) -> None:
        self.service = service
        self._keys = IdempotencyKeys(b"a secret")

    def do(self, operation: Operation, *, seconds: float = PATIENCE) -> Ended | None:
        """Do it and tell how it ended; None where nobody knows. Whoever waits for a seat has so many seconds."""
        try:
            match operation.kind:
                case Kind.ENROL:
                    return self.enrol(operation, seconds)
                case Kind.CANCEL:
                    return self.cancel(operation)
                case Kind.RESIZE:
                    return self.resize(operation)
                case Kind.AVAILABILITY:
                    return READ, self.availability(operation.class_id)
                case Kind.FEED:
                    return READ, self.feed(operation.class_id)
                case Kind.ROSTER:
                    return READ, self.roster(operation.class_id)
        except OutcomeUnknown:
            return None
        except Problem as refusal:
            return refusal.code, ()
        except sa.exc.SQLAlchemyError as error:
            if operation.kind not in READS or fault_of(error) is Fault.PERMANENT:
                raise
            return Unavailable.code, ()  # as the call answers

    def enrol(self, operation: Operation, seconds: float) -> Ended:
        """Ask for a seat."""
        command = EnrolCommand(
            enrolment_id=operation.enrolment,
            movement_id=new_id(),
            card_ref=operation.card,
            class_id=operation.class_id,
            expected_price=PRICE,
            actor=f"holder:{operation.card}",
            role=HOLDER,
            request_id="storm",
        )
        key = self._key(operation, operation.class_id)
        document = json.loads(
            self.service.enrolments.submit(command, key=key, seconds=seconds).body
        )
        return document["status"], (document["id"],)

    def cancel(self, operation: Operation) -> Ended:
        """Give a seat back."""
        command = CancelEnrolment(
            enrolment_id=operation.enrolment,
            movement_id=new_id(),
            reason="Jadwal berubah",
            caller=Principal(f"holder:{operation.card}", HOLDER, None, operation.card, None, 0),
            request_id="storm",
        )

        def work(connection: sa.Connection) -> Answer:
            done = cancel_enrolment(connection, command, stores=self.service.stores)
            return json_answer(200, {"status": done.result.enrolment.state.value})

        key = self._key(operation, operation.enrolment)
        return json.loads(self.service.transactions.answer(key, work).body)["status"], ()

    def resize(self, operation: Operation) -> Ended:
        """Copy from the catalogue that a class has another number of seats, as its follower does."""
        stores = self.service.stores

        def work(connection: sa.Connection) -> None:
            [known] = stores.classes.find_all(connection, [operation.class_id]).values()
            values = {
                "status": known.status,
                "declared_seats": operation.seats,
                "zone": known.zone,
                "venue": known.venue,
                "starts_at": known.starts_at,
                "ends_at": known.ends_at,
                "meetings": write_meetings(known.meetings),
            }
            copies = [ClassCopy(operation.class_id, values)]
            copy_classes(connection, copies, actor="follower", request_id="storm", stores=stores)

        self.service.transactions.run(work, repeatable=True)
        return RESIZED, ()

    def availability(self, class_id: str) -> tuple[int, ...]:
        """Read the seats of a class: declared, as many as it has, held and left."""
        with self.service.database.reading() as connection:
            shown = show_availability(connection, class_id)
        assert shown is not None
        return tuple(shown[name] for name in ("declared_seats", "seats", "held", "seats_left"))

    def feed(self, class_id: str) -> tuple[int, ...]:
        """Read the seats of a class as the catalogue does: as many as it has, and held; nothing before an entry."""
        stores = self.service.stores
        with self.service.database.reading() as connection:
            told = seats_since(connection, after=0, window=EVERYTHING, stores=stores)
        found = [each for each in told["classes"] if each["class_id"] == class_id]
        return tuple(each[name] for each in found for name in ("seats", "held"))

    def roster(self, class_id: str) -> tuple[str, ...]:
        """Read who is in a class."""
        with self.service.database.reading() as connection:
            found = self.service.stores.enrolments.live_in(connection, class_id, limit=EVERYTHING)
        return tuple(each.enrolment_id for each in found)

    def _key(self, operation: Operation, command: str) -> IdempotencyKey:
        route = f"/{operation.kind.value}"
        caller = [operation.card]
        return self._keys.bind(
            caller=caller, method="POST", route=route, key=operation.key, command=command
        )
