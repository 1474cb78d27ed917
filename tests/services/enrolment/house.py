"""Enrolment as a whole on a real database, spoken to by HTTP as any caller would."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import islice
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from chassis import rate_limits
from chassis.clock import utc_now
from chassis.database import Database
from chassis.group_commit import GroupCommit
from chassis.identifiers import new_id
from deploy.local.databases import ServiceDatabase
from services.enrolment.app import build
from services.enrolment.domain.seats.training_class import Meeting
from services.enrolment.service import EnrolmentService, open_service
from services.enrolment.settings import Settings, read_settings
from services.enrolment.storage import METADATA
from services.enrolment.storage.classes import ClassCopy, write_meetings
from services.enrolment.storage.rules import RuleStore
from services.enrolment.storage.tables.journal import FOLLOWER_STATE
from services.enrolment.use_cases.programme.note_suspensions import (
    Standing,
    news_among,
    note_suspensions,
)
from services.enrolment.use_cases.seats.copy_classes import copy_classes
from services.enrolment.use_cases.seats.enrol import EnrolHandler
from services.enrolment.waiting_list_work import WaitingListWork
from tests.chassis.problem_documents import problem
from tests.conformity import held_to_contract
from tests.databases import LOCK_PATIENCE_MS
from tests.services.enrolment.people import HeldCard, Person, people
from tests.tokens import AUDIENCE, ISSUER, FixedKeys, bearer
from vocabulary.rule_book import RuleBook, shipped_rules

API = "/api/v1"
DAY = timedelta(days=1)
PRICE = 700_000
FRESH = "fresh"


VARIABLES = {
    "DATABASE_URL": "sqlite:///nowhere",
    "ENVIRONMENT": "development",
    "TOKEN_ISSUER": ISSUER,
    "TOKEN_AUDIENCE": AUDIENCE,
    "JWKS_URL": "http://accounts.test/.well-known/jwks.json",
    "PERSONAL_DATA_KEY": sha256(b"seals personal data in tests").hexdigest(),
    "FINGERPRINT_KEY": sha256(b"tells requests apart in tests").hexdigest(),
}
"""The environment of a process on a developer's machine."""

WORKER_VARIABLES = {
    **VARIABLES,
    "ACCOUNTS_URL": "http://accounts.test",
    "CATALOG_URL": "http://catalog.test",
    "CLIENT_ID": "enrolment",
    "CLIENT_SECRET": "only-for-tests",
}
"""The environment of its worker."""


def settings_for(database_url: str) -> Settings:
    """Return the settings of a process in development on a database."""
    return read_settings({**VARIABLES, "DATABASE_URL": database_url})


@dataclass
class House:
    """The running service, its database, and a supply of people."""

    service: EnrolmentService
    app: Flask
    places: ServiceDatabase
    supply: Iterator[Person] = field(default_factory=people)
    wave_id: str = ""

    def call(
        self,
        method: str,
        path: str,
        *,
        role: str | None = None,
        key: str | None = None,
        headers: Mapping[str, str] | None = None,
        json: Any = None,
        data: bytes | None = None,
        **claims: Any,
    ) -> TestResponse:
        """Send one request. Without a role it carries no token; `claims` are what `tests.tokens.token` takes."""
        sent = {**(bearer(role=role, **claims) if role else {}), **(headers or {})}
        if key is not None:
            sent["Idempotency-Key"] = str(uuid4()) if key == FRESH else key
        with self.app.test_client() as client:
            return client.open(path, method=method, headers=sent, json=json, data=data)

    def get(self, path: str, role: str | None = None, **options: Any) -> TestResponse:
        """Read something."""
        return self.call("GET", API + path, role=role, **options)

    def post(self, path: str, body: Any, role: str, **options: Any) -> TestResponse:
        """Write something, under a fresh idempotency key unless another is given."""
        return self.call("POST", API + path, role=role, json=body, **{"key": FRESH, **options})

    def open_wave(self, *, opens_in: timedelta = -DAY, closes_in: timedelta = DAY) -> str:
        """Open a wave and return its id."""
        body = {
            "name": "Gelombang 1",
            "opens_at": _text(utc_now() + opens_in),
            "closes_at": _text(utc_now() + closes_in),
        }
        return str(document(self.post("/waves", body, "operator"), 201)["id"])

    def admit(self, rows: list[Any], *, wave_id: str | None = None, **options: Any) -> TestResponse:
        """Send candidates to a wave, by default to one that is open."""
        if wave_id is None:
            wave_id = self.wave_id = self.wave_id or self.open_wave()
        path = f"/waves/{wave_id}/admissions"
        return self.post(path, {"candidates": rows}, "operator", **options)

    def award_many(self, count: int, **changes: Any) -> list[HeldCard]:
        """Award cards to so many people."""
        return self.award_to(*islice(self.supply, count), **changes)

    def award_to(self, *chosen: Person, **changes: Any) -> list[HeldCard]:
        """Award cards to these people."""
        answer = document(self.admit([person.row(**changes) for person in chosen]))
        assert answer["refused"] == []
        numbers = [row["card_number"] for row in answer["admitted"]]
        with self.service.database.reading() as connection:
            find = self.service.stores.persons.card_ref_by_number
            refs = [find(connection, number) or "" for number in numbers]
        return [HeldCard(*each) for each in zip(chosen, numbers, refs, strict=True)]

    def award(self, **changes: Any) -> HeldCard:
        """Award a card to one person."""
        return self.award_many(1, **changes)[0]

    def class_values(self, **changes: Any) -> dict[str, Any]:
        """Return what the catalogue tells of a class: online, published, ten seats, in ten days."""
        now = utc_now()
        starts_at = changes.get("starts_at", now.replace(microsecond=0) + 10 * DAY)
        ends_at = starts_at + timedelta(hours=2)
        return {
            "course_id": new_id(),
            "course_title": "Barista Dasar",
            "provider_id": new_id(),
            "mode": "online",
            "status": "published",
            "price": PRICE,
            "declared_seats": 10,
            "zone": "Asia/Jakarta",
            "venue": None,
            "registration_opens": now - DAY,
            "registration_closes": now + 5 * DAY,
            "starts_at": starts_at,
            "ends_at": ends_at,
            "meetings": write_meetings([Meeting(starts_at, ends_at)]),
            **changes,
        }

    def put_class(self, class_id: str | None = None, **changes: Any) -> str:
        """Write a class as the catalogue's follower does, and return its id."""
        copy = ClassCopy(class_id or new_id(), self.class_values(**changes))
        self.service.transactions.run(
            lambda connection: self.service.stores.classes.put(connection, [copy])
        )
        return copy.class_id

    def move_class(self, class_id: str, *, later: timedelta = DAY) -> None:
        """Let the catalogue's follower copy that all meetings of a class are so much later."""
        stores = self.service.stores

        def move(connection: sa.Connection) -> None:
            [known] = stores.classes.find_all(connection, [class_id]).values()
            meetings = [Meeting(m.starts_at + later, m.ends_at + later) for m in known.meetings]
            values = {
                "status": known.status,
                "declared_seats": known.declared_seats,
                "zone": known.zone,
                "venue": known.venue,
                "starts_at": meetings[0].starts_at,
                "ends_at": meetings[-1].ends_at,
                "meetings": write_meetings(meetings),
            }
            copies = [ClassCopy(class_id, values)]
            copy_classes(connection, copies, actor="follower", request_id="-", stores=stores)

        self.service.transactions.run(move)

    def enrol(self, card: HeldCard, class_id: str, **options: Any) -> TestResponse:
        """Ask for a seat as the holder of a card; `price` is what the holder expects to pay."""
        body = {"class_id": class_id, "expected_price": options.pop("price", PRICE)}
        return self.post("/enrolments", body, "holder", card=card.card_ref, **options)

    def enrolled(self, card: HeldCard, class_id: str, **options: Any) -> dict[str, Any]:
        """Take a seat and return the answer's document."""
        taken: dict[str, Any] = document(self.enrol(card, class_id, **options), 201)
        return taken

    def look_up(
        self,
        role: str,
        *,
        nik: Any = None,
        card_number: Any = None,
        reason: str = "Membantu di loket",
        **claims: Any,
    ) -> TestResponse:
        """Look a card up by whichever number is given."""
        given = {"nik": nik, "card_number": card_number, "reason": reason}
        body = {name: value for name, value in given.items() if value is not None}
        return self.post("/cards/lookup", body, role, **claims)

    def cancel(
        self, enrolment_id: str, role: str, *, reason: str = "Jadwal berubah", **options: Any
    ) -> TestResponse:
        """Give a seat back."""
        path = f"/enrolments/{enrolment_id}/cancellation"
        return self.post(path, {"reason": reason}, role, **options)

    def waits(self, card: HeldCard, class_id: str, **options: Any) -> dict[str, Any]:
        """Take a place in a class's waiting list, and return the answer's document."""
        body = {"class_id": class_id, "expected_price": PRICE, "waitlist": True}
        answer = self.post("/enrolments", body, "holder", card=card.card_ref, **options)
        place: dict[str, Any] = document(answer, 201)
        assert place["status"] == "waitlisted"
        return place

    def serve_lists(self, *, hours: int = 24) -> int:
        """Do what the worker does about waiting lists, once; return for how many places something was done."""
        service = self.service
        work = WaitingListWork(service.stores, service.transactions, timedelta(hours=hours))
        return work.serve()

    def redeem(self, enrolment_id: str, code: str, role: str, **options: Any) -> TestResponse:
        """Show a redeem code."""
        path = f"/enrolments/{enrolment_id}/redemption"
        return self.post(path, {"redeem_code": code}, role, **options)

    def catalogue_was_read(self, *, ago: timedelta = timedelta(0)) -> None:
        """Note down that the catalogue's follower had everything, so long ago."""
        values = {"position": 0, "checked_at": utc_now() - ago}

        def note(connection: sa.Connection) -> None:
            connection.execute(sa.delete(FOLLOWER_STATE))
            connection.execute(sa.insert(FOLLOWER_STATE).values(source="catalog", **values))

        self.service.transactions.run(note)

    def suspend(self, provider_id: str, *, suspended: bool = True) -> None:
        """Note what the catalogue tells of a provider, as its follower does."""
        told = {provider_id: Standing(provider_id, suspended, "32.73", told_at=1)}
        stores = self.service.stores

        def note(connection: sa.Connection) -> None:
            news = news_among(connection, told, stores=stores)
            note_suspensions(connection, news, actor="follower", request_id="-", stores=stores)

        self.service.transactions.run(note)

    def tables(self) -> dict[str, list[tuple[Any, ...]]]:
        """Return every row of every table, to show that a refusal changed nothing."""
        with self.service.database.reading() as connection:
            return {
                table.name: [
                    tuple(row)
                    for row in connection.execute(sa.select(table).order_by(*table.primary_key))
                ]
                for table in METADATA.sorted_tables
            }

    def entries(self) -> list[dict[str, Any]]:
        """Return the journal's entries as the auditors get them."""
        items: list[dict[str, Any]] = document(self.get("/log/entries", "auditor"))["items"]
        return items

    def differences(self) -> list[dict[str, Any]]:
        """Return all that the consistency check finds, in as many walks as a slow machine takes."""
        found: list[dict[str, Any]] = []
        where: str | None = ""
        while where is not None:
            report = document(self.get(f"/consistency{where}", "auditor"))
            found += report["differences"]
            where = report["next_cursor"] and f"?cursor={report['next_cursor']}"
        return found

    @contextmanager
    def as_owner(self) -> Iterator[sa.Connection]:
        """Open a transaction as the owner of the schema, and commit it."""
        database = Database(self.places.owner, pool_size=1)
        try:
            with database.writing() as connection:
                yield connection
                connection.commit()
        finally:
            database.dispose()


def _text(instant: datetime) -> str:
    return instant.isoformat().replace("+00:00", "Z")


@contextmanager
def house_on(places: ServiceDatabase, **rules: Any) -> Iterator[House]:
    """Run the service on a database with its schema in it, under the rules in force but for `rules`."""
    settings = settings_for(places.application)
    database = Database(
        settings.database_url,
        pool_size=settings.pool_size,
        lock_timeout_ms=LOCK_PATIENCE_MS,
    )
    service = open_service(settings, database)
    if rules:
        service = _under_rules(service, **rules)
    try:
        yield House(service, held_to_contract(build(settings, service, FixedKeys())), places)
    finally:
        service.enrolments.close()
        database.dispose()


def with_service(house: House, service: EnrolmentService) -> House:
    """Return the same house with some of its parts replaced."""
    settings = settings_for(house.places.application)
    app = held_to_contract(build(settings, service, FixedKeys()))
    return replace(house, service=service, app=app)


def _under_rules(service: EnrolmentService, **rules: Any) -> EnrolmentService:
    *earlier, last = shipped_rules()
    book = RuleBook([*earlier, replace(last, rules=replace(last.rules, **rules))])
    stores = replace(service.stores, rules=RuleStore(service.database, book))
    handler = EnrolHandler(stores, code_key=service.code_key)
    commits = GroupCommit(service.database, stores.answers, handler)
    return replace(service, stores=stores, enrolments=commits)


def assisted_wish(class_id: str, card_number: str, **said: Any) -> dict[str, Any]:
    """Return what somebody who assists sends to take a seat for a person who agreed."""
    wish = {"class_id": class_id, "expected_price": PRICE, "card_number": card_number}
    return {**wish, "consent": True, **said}


def document(answer: TestResponse, status: int = 200) -> Any:
    """Return what an answer says, after checking that it is the one expected."""
    assert answer.status_code == status, answer.text
    return answer.json


def same_but_request_id(one: TestResponse, other: TestResponse) -> bool:
    """Tell whether two problem documents are equal byte for byte, but for the id of the request.

    How many more requests the caller may make is passed over: that tells of the caller, not of what was asked for.
    """
    texts = [answer.text.replace(problem(answer)["request_id"], "-") for answer in (one, other)]
    headers = [
        {
            name: value
            for name, value in answer.headers
            if name not in ("X-Request-Id", rate_limits.LIMIT)
        }
        for answer in (one, other)
    ]
    return texts[0] == texts[1] and headers[0] == headers[1]
