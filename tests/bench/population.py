"""Who enrols in the bench: a wave, cards awarded through the API, classes with seats for all, and a token a holder."""

from __future__ import annotations

import itertools
import json
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import requests
import sqlalchemy as sa

from chassis.clock import utc_now, write_instant
from chassis.database import Database
from chassis.identifiers import new_id
from services.accounts.development import issue_token
from services.accounts.domain.mandates import Mandate
from services.accounts.service import opened_service
from services.accounts.settings import read_settings
from services.accounts.use_cases.issue_token import issue_token as sign_token
from services.enrolment.storage.classes import ClassCopy, ClassStore
from services.enrolment.storage.tables.programme import CARD

PRICE = 100_000
SEATS = 10_000_000
CARDS_AT_ONCE = 1_000


@dataclass(frozen=True)
class Population:
    """Holders' tokens and classes to enrol in; each token is used for one enrolment."""

    tokens: Iterator[str]
    hot: Sequence[str]
    spread: Sequence[str]

    def enrolments(self, classes: Sequence[str], *, count: int, price: int = PRICE) -> list[bytes]:
        """Prepare requests, each of another holder with a fresh idempotency key, over the classes in turn."""
        return [
            _enrolment(token, class_id, price)
            for token, class_id in zip(
                itertools.islice(self.tokens, count), itertools.cycle(classes), strict=False
            )
        ]

    def glances(self, requests_to_come: Sequence[bytes]) -> list[bytes]:
        """Prepare for each of these holders the look at the own card that comes before a purchase."""
        return [_glance(request) for request in requests_to_come]


def populate(
    gateway: str,
    *,
    database: str,
    accounts: Mapping[str, str],
    cards: int,
) -> Population:
    """Award so many cards and open the classes.

    `database` is the enrolment service's database as its application, `accounts` the settings of the accounts service,
    whose key signs the tokens.
    """
    _award(gateway, issue_token(role="operator", environment=accounts), cards)
    refs = _card_refs(database)
    hot, spread = _classes(database, 1), _classes(database, 1_000)
    return Population(iter(_tokens(accounts, refs)), hot, spread)


def _card_refs(database_url: str) -> list[str]:
    database = Database(database_url, pool_size=1)
    with database.reading() as connection:
        refs = [str(ref) for ref in connection.execute(sa.select(CARD.c.card_ref)).scalars()]
    database.dispose()
    return refs


def _tokens(accounts: Mapping[str, str], card_refs: Sequence[str]) -> list[str]:
    """Sign a token for each holder, as `issue_token` does for one."""
    now = utc_now()
    with (
        opened_service(read_settings(accounts)) as house,
        house.database.reading() as connection,
    ):
        return [
            sign_token(
                connection,
                seal=house.seal,
                subject=f"holder:{card_ref}",
                mandate=Mandate("holder", None, card_ref, None),
                issuer=house.settings.token_issuer,
                audience=house.settings.token_audience,
                now=now,
            )
            for card_ref in card_refs
        ]


def _award(gateway: str, token: str, cards: int) -> None:
    session = requests.Session()
    session.trust_env = False
    session.headers["Authorization"] = f"Bearer {token}"
    now = utc_now()
    window = {"opens_at": now - timedelta(days=1), "closes_at": now + timedelta(days=30)}
    wave = session.post(
        f"{gateway}/api/v1/waves",
        json={"name": "Bench", **{name: write_instant(at) for name, at in window.items()}},
        headers={"Idempotency-Key": str(uuid.uuid4())},
    ).json()
    for first in range(0, cards, CARDS_AT_ONCE):
        answer = session.post(
            f"{gateway}/api/v1/waves/{wave['id']}/admissions",
            json={"candidates": [candidate(first + n) for n in range(CARDS_AT_ONCE)]},
            headers={"Idempotency-Key": str(uuid.uuid4())},
        ).json()
        if len(answer["admitted"]) != CARDS_AT_ONCE:
            raise RuntimeError(f"not all were admitted: {str(answer)[:500]}")


def candidate(number: int) -> dict[str, str]:
    """Make up the candidate of a number; no two are alike."""
    rest, serial = divmod(number, 9_000)
    rest, day = divmod(rest, 28)
    district, month = divmod(rest, 12)
    return {
        "nik": f"3273{10 + district:02d}{day + 1:02d}{month + 1:02d}90{serial + 1:04d}",
        "family_card": f"{3_273_000_000_000_000 + number:016d}",
        "name": "Peserta Uji",
        "birth_date": f"1990-{month + 1:02d}-{day + 1:02d}",
        "regency": "32.73",
        "scheme": "digital",
    }


def _classes(database_url: str, count: int) -> list[str]:
    database = Database(database_url, pool_size=1)
    store, now = ClassStore(database), utc_now()
    ids = [new_id() for _ in range(count)]
    values = {
        "course_id": new_id(),
        "course_title": "Pelatihan",
        "provider_id": new_id(),
        "mode": "online",
        "status": "published",
        "price": PRICE,
        "declared_seats": SEATS,
        "zone": "Asia/Jakarta",
        "registration_opens": now - timedelta(days=1),
        "registration_closes": now + timedelta(days=5),
        "starts_at": now + timedelta(days=7),
        "ends_at": now + timedelta(days=9),
        "meetings": "[]",
    }
    with database.writing() as connection:
        store.put(connection, [ClassCopy(class_id, values) for class_id in ids])
        connection.commit()
    database.dispose()
    return ids


def _enrolment(token: str, class_id: str, price: int) -> bytes:
    body = json.dumps({"class_id": class_id, "expected_price": price}).encode()
    head = (
        "POST /api/v1/enrolments HTTP/1.1\r\nHost: bench\r\n"
        f"Authorization: Bearer {token}\r\nIdempotency-Key: {uuid.uuid4()}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _glance(request: bytes) -> bytes:
    start = request.index(b"Authorization")
    authorization = request[start : request.index(b"\r\n", start)]
    return b"GET /api/v1/cards/me HTTP/1.1\r\nHost: bench\r\n" + authorization + b"\r\n\r\n"
