"""What tests of waiting lists do again and again."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from werkzeug.test import TestResponse

from chassis.clock import utc_now
from services.enrolment.storage.tables.seats import PLACE, TRAINING_CLASS
from tests.services.enrolment.house import DAY, House, document
from tests.services.enrolment.people import HeldCard

P, T = PLACE.c, TRAINING_CLASS.c


def full_class(house: House, *, seats: int = 1, **changes: Any) -> tuple[str, list[dict[str, Any]]]:
    """Put a class, let its seats be taken, and return its id and the enrolments."""
    class_id = house.put_class(declared_seats=seats, **changes)
    return class_id, [house.enrolled(card, class_id) for card in house.award_many(seats)]


def give_back(house: House, enrolment: dict[str, Any]) -> None:
    document(house.cancel(enrolment["id"], "operator"))


def seats(house: House, class_id: str) -> tuple[int, int, int, int]:
    """Return how many are held, offered, waited for, and left for anybody."""
    told = document(house.get(f"/classes/{class_id}/availability"))
    return told["held"], told["offered"], told["waiting"], told["seats_left"]


def shown(house: House, place: dict[str, Any], card: HeldCard) -> dict[str, Any]:
    path = f"/enrolments/{place['id']}"
    told: dict[str, Any] = document(house.get(path, "holder", card=card.card_ref))
    return told


def accept(house: House, place: dict[str, Any], card: HeldCard, **options: Any) -> TestResponse:
    body = options.pop("body", {})
    path = f"/enrolments/{place['id']}/acceptance"
    return house.post(path, body, "holder", card=card.card_ref, **options)


def refuse(house: House, place: dict[str, Any], card: HeldCard) -> TestResponse:
    path = f"/enrolments/{place['id']}/refusal"
    return house.post(path, {"reason": "Sudah bekerja"}, "holder", card=card.card_ref)


def let_run_out(house: House, place: dict[str, Any]) -> None:
    """Let an offer be of two days ago."""
    past = utc_now() - 2 * DAY

    def move(connection: sa.Connection) -> None:
        connection.execute(
            sa.update(PLACE)
            .where(P.enrolment_id == place["id"])
            .values(offered_at=past, offer_expires_at=past + DAY)
        )

    house.service.transactions.run(move)


def move_class(house: House, class_id: str, **values: Any) -> None:
    house.service.transactions.run(
        lambda connection: connection.execute(
            sa.update(TRAINING_CLASS).where(T.class_id == class_id).values(**values)
        )
    )


def timeline(house: House, place: dict[str, Any], card: HeldCard) -> dict[str, Any]:
    path = f"/enrolments/{place['id']}/timeline"
    told: dict[str, Any] = document(house.get(path, "holder", card=card.card_ref))
    return told
