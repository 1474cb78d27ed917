"""Erasing people, and looking for whatever is left of them: also in what is sealed, which the keys open."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from werkzeug.test import TestResponse

from services.enrolment.storage import METADATA
from services.enrolment.storage.tables.programme import SUPPRESSED_PERSON
from services.enrolment.worker import expire_due_cards
from tests.services.enrolment.house import House, document, settings_for
from tests.services.enrolment.people import HeldCard

SUPPRESSED = "suppressed_person.nik_digest"
SAID = "Instruktur Tetriwanda sabar sekali"
CASE = {"reason": "Permintaan pemegang kartu", "case_number": "PDP-2027-004"}
RINA = "operator:rina"


def revoke(house: House, card: HeldCard) -> None:
    """Revoke a card, as its holder asked for."""
    document(house.post("/cards/revocation", {**CASE, "card_ref": card.card_ref}, "operator"))


def erase(house: House, card: HeldCard | None = None, **named: Any) -> TestResponse:
    """Erase the holder of a card, by default by the reference."""
    if card is not None:
        named["card_ref"] = card.card_ref
    options = {name: named.pop(name) for name in ("key", "role") if name in named}
    role = options.pop("role", "operator")
    return house.post("/cards/erasure", {**CASE, **named}, role, subject=RINA, **options)


def erased(house: House, card: HeldCard) -> dict[str, Any]:
    """Revoke a card and erase its holder; return the answer's document."""
    revoke(house, card)
    told: dict[str, Any] = document(erase(house, card))
    return told


def everything(house: House) -> Iterator[tuple[str, str]]:
    """Yield every text of every table with where it stands; one that is sealed, opened."""
    key = settings_for(house.places.application).personal_data_key
    with house.service.database.reading() as connection:
        for table in METADATA.sorted_tables:
            for row in connection.execute(sa.select(table)).mappings():
                keys = [str(row[column.name]) for column in table.primary_key]
                for name, value in row.items():
                    if isinstance(value, str):
                        yield f"{table.name}.{name}", _opened(key, keys, value)


def left_of(house: House, card: HeldCard, *said: str) -> list[tuple[str, str]]:
    """Return where something of a person stands: a number, a part of the name, a digest, or what the person said."""
    prints = house.service.stores.persons.fingerprints
    person = card.person
    told = [person.nik, person.family_card, person.name, card.card_number, *said]
    told += [prints.nik(person.nik), prints.card_number(card.card_number)]
    return [
        (place, each)
        for place, text in everything(house)
        for each in told
        if each.lower() in text.lower()
    ]


def _opened(key: bytes, keys: list[str], value: str) -> str:
    """Open a sealed text, whatever it is bound to; return another one as it is."""
    try:
        raw = base64.b64decode(value, validate=True)
    except ValueError:
        return value
    joined = " ".join(keys)
    for context in (
        f"person {joined}",
        f"application {joined}",
        f"review {joined}",
        f"appeal {joined}",
        f"admission-file candidates {joined}",
        f"admission-file results {joined}",
        joined,
    ):
        try:
            opened = AESGCM(key).decrypt(raw[:12], raw[12:], context.encode()).decode()
        except (InvalidTag, ValueError):
            continue
        return f"{opened} {_spelt(opened)}"
    return value


def _spelt(opened: str) -> str:
    """Return the text of a document with its escapes undone."""
    try:
        return json.dumps(json.loads(opened), ensure_ascii=False)
    except ValueError:
        return ""


def places(left: list[tuple[str, str]]) -> set[str]:
    return {place for place, _ in left}


def suppressed(house: House) -> list[sa.Row[Any]]:
    with house.service.database.reading() as connection:
        return list(connection.execute(sa.select(SUPPRESSED_PERSON)))


def run_out(house: House, card: HeldCard) -> None:
    """Let the time of a card have run out, and the worker note it."""
    past(house, card)
    expire_due_cards(house.service.stores, house.service.transactions)


def past(house: House, card: HeldCard) -> None:
    """Let the time of a card have run out."""
    values = {"past": "2026-01-01T00:00:00.000000Z", "ref": card.card_ref}
    with house.as_owner() as connection:
        connection.execute(
            sa.text("update card set deadline = :past where card_ref = :ref"), values
        )
