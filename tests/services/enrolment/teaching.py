"""Classes that were held, with people in them, and evidence of who came."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from werkzeug.test import TestResponse

from chassis.clock import utc_now, write_instant
from chassis.identifiers import new_id
from services.enrolment.domain.seats.training_class import Meeting
from services.enrolment.storage.classes import write_meetings
from tests.services.enrolment.house import DAY, House, document
from tests.services.enrolment.people import HeldCard

HOUR = timedelta(hours=1)
FINAL_TEST = 999


@dataclass(frozen=True)
class Taught:
    """A class that was held, its provider, and who is in it: cards and enrolments in the same order."""

    house: House
    class_id: str
    provider_id: str
    cards: list[HeldCard]
    enrolments: list[str]

    def record(self, *items: Any, role: str = "provider", **options: Any) -> TestResponse:
        """Send evidence, by default as the class's provider."""
        claims = {"provider": self.provider_id} if role == "provider" else {}
        return self.house.post("/attendance", {"items": [*items]}, role, **{**claims, **options})

    def came(self, person: int = 0, *sequences: int, **changes: Any) -> dict[str, Any]:
        """Record that somebody came to meetings, by default to meeting 1 and the final test."""
        items = [
            self.item(person, sequence, **changes) for sequence in sequences or (1, FINAL_TEST)
        ]
        told: dict[str, Any] = document(self.record(*items))
        assert len(told["accepted"]) == len(items), told
        return told

    def item(self, person: int = 0, sequence: int = 1, **changes: Any) -> dict[str, Any]:
        """Make evidence that somebody came; `changes` that are None are left out."""
        usual = {
            "evidence_id": str(uuid4()),
            "enrolment_id": self.enrolments[person],
            "sequence": sequence,
            "present": True,
            "source": "instructor",
            "device_time": write_instant(utc_now()),
        }
        return {name: each for name, each in {**usual, **changes}.items() if each is not None}

    def judge(self, person: int = 0, role: str = "provider", **options: Any) -> TestResponse:
        """Ask for a result; an operator says why."""
        claims = {"provider": self.provider_id} if role == "provider" else {}
        body = {"reason": "LPK tidak menjawab"} if role == "operator" else {}
        path = f"/enrolments/{self.enrolments[person]}/result"
        return self.house.post(path, body, role, **{**claims, **options})

    def judge_all(self, role: str = "provider", **body: Any) -> TestResponse:
        """Ask for the results of the class."""
        claims = {"provider": self.provider_id} if role == "provider" else {}
        return self.house.post(f"/classes/{self.class_id}/results", body, role, **claims)

    def review(self, person: int = 0, rating: int = 5, **body: Any) -> TestResponse:
        """Review as the holder."""
        path = f"/enrolments/{self.enrolments[person]}/review"
        card = self.cards[person].card_ref
        return self.house.post(path, {"rating": rating, **body}, "holder", card=card)

    def survey(self, person: int = 0, number: int = 1, **answers: Any) -> TestResponse:
        """Hand in a survey as the holder."""
        body = {"number": number, "work": "employed", "use": 4, **answers}
        card = self.cards[person].card_ref
        return self.house.post("/cards/me/surveys", body, "holder", card=card)

    def completed(self, person: int = 0) -> Taught:
        """Let somebody come, complete the training and review it."""
        self.came(person)
        document(self.judge(person))
        document(self.review(person), 201)
        return self

    def void(self, person: int = 0, role: str = "operator", **claims: Any) -> TestResponse:
        """Void the result of somebody."""
        body = {"reason": "Daftar hadir palsu", "case_number": "INSP-7"}
        return self.house.post(
            f"/enrolments/{self.enrolments[person]}/voiding", body, role, **claims
        )

    def state(self, person: int = 0) -> str:
        """Return where an enrolment stands."""
        found = self.house.get(f"/enrolments/{self.enrolments[person]}", "operator")
        return str(document(found)["status"])

    def next(self, person: int = 0) -> Any:
        """Return who must act next."""
        path = f"/enrolments/{self.enrolments[person]}/timeline"
        return document(self.house.get(path, "operator"))["next"]

    def card(self, person: int = 0) -> dict[str, Any]:
        """Return the card of somebody as its holder sees it."""
        own = self.house.get("/cards/me", "holder", card=self.cards[person].card_ref)
        shown: dict[str, Any] = document(own)
        return shown

    def put(self, **changes: Any) -> None:
        """Let the catalogue tell something else of the class."""
        self.house.put_class(self.class_id, **{"provider_id": self.provider_id, **changes})


def held(
    ended: timedelta = HOUR, *, meetings: int = 1, until: datetime | None = None
) -> dict[str, Any]:
    """Return when a class was held: so many daily meetings of two hours, the last of which ended so long ago."""
    last = (until or utc_now().replace(microsecond=0) - ended) - 2 * HOUR
    starts = [last - n * DAY for n in reversed(range(meetings))]
    sat = [Meeting(start, start + 2 * HOUR) for start in starts]
    return {
        "starts_at": sat[0].starts_at,
        "ends_at": sat[-1].ends_at,
        "meetings": write_meetings(sat),
    }


def taught(
    house: House,
    people: int = 1,
    *,
    redeemed: bool = True,
    ended: timedelta = HOUR,
    meetings: int = 1,
    regency: str = "32.73",
    **values: Any,
) -> Taught:
    """Let people enrol and redeem, and the class be held, as the catalogue's follower would tell of it."""
    provider_id, class_id = new_id(), new_id()
    given = {"provider_id": provider_id, "declared_seats": max(10, people), **values}
    house.put_class(class_id, **given)
    cards = house.award_many(people, regency=regency)
    price = {"price": values["price"]} if "price" in values else {}
    enrolments = []
    for card in cards:
        taken = house.enrolled(card, class_id, **price)
        enrolments.append(taken["id"])
        if redeemed:
            house.redeem(taken["id"], taken["redeem_code"], "holder", card=card.card_ref)
    house.put_class(class_id, **{**given, **held(ended, meetings=meetings)})
    return Taught(house, class_id, provider_id, cards, enrolments)
