"""Recompute every counter, balance and state from the entries, and say where the tables differ.

The tables are read at one instant; the journal, which never changes, is then read in short ranges up to where it
ended at that instant. What is kept in memory is one small value a card, class and enrolment.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from chassis.database import Database
from chassis.journal import Journal
from services.enrolment.domain.money.movement import Account
from services.enrolment.domain.seats.enrolment import HOLDS_A_SEAT
from services.enrolment.storage.tables import CARD, ENROLMENT, MOVEMENT, TRAINING_CLASS, WAVE

READ_AT_ONCE = 5_000
MOST_SHOWN = 100
_STATE_AFTER = {
    "enrolment-confirmed": "confirmed",
    "enrolment-redeemed": "active",
    "enrolment-cancelled": "cancelled",
}


@dataclass
class _Told:
    """What the journal says of cards, classes, enrolments and waves."""

    entries: int = 0
    balances: dict[str, int] = field(default_factory=dict)
    card_states: dict[str, str] = field(default_factory=dict)
    held: dict[str, int] = field(default_factory=dict)
    states: dict[str, str] = field(default_factory=dict)
    prices: dict[str, int] = field(default_factory=dict)
    admitted: Counter[str] = field(default_factory=Counter)


def check_consistency(database: Database, journal: Journal) -> dict[str, Any]:
    """Return `{checked, differences}`: nothing in `differences` means that tables and entries agree."""
    with database.reading() as connection:
        size = journal.head(connection).size
        tables = {
            "card balance": _pairs(connection, sa.select(CARD.c.card_ref, CARD.c.balance)),
            "card state": _pairs(connection, sa.select(CARD.c.card_ref, CARD.c.state)),
            "enrolment state": _pairs(
                connection, sa.select(ENROLMENT.c.enrolment_id, ENROLMENT.c.state)
            ),
            "enrolment price": _pairs(
                connection, sa.select(ENROLMENT.c.enrolment_id, ENROLMENT.c.price)
            ),
            "seats held": _pairs(
                connection, sa.select(TRAINING_CLASS.c.class_id, TRAINING_CLASS.c.held)
            ),
            "people admitted": _pairs(connection, sa.select(WAVE.c.wave_id, WAVE.c.admitted)),
        }
        moved = _pairs(connection, _balances_from_movements())
        seated = _pairs(connection, _seats_from_enrolments())
        awarded = _pairs(connection, _awards_from_cards())
        oversold = connection.execute(
            sa.select(TRAINING_CLASS.c.class_id).where(
                TRAINING_CLASS.c.held > TRAINING_CLASS.c.effective_seats
            )
        ).scalars()
        differences = [{"what": "oversold", "id": class_id} for class_id in oversold]
    told = _told(database, journal, size)
    no_seats = dict.fromkeys(tables["seats held"], 0)
    nobody = dict.fromkeys(tables["people admitted"], 0)
    differences += [
        *_differences("card balance, by movements", tables["card balance"], moved),
        *_differences("card balance, by journal", tables["card balance"], told.balances),
        *_differences("card state, by journal", tables["card state"], told.card_states),
        *_differences("seats held, by enrolments", tables["seats held"], no_seats | seated),
        *_differences("seats held, by journal", tables["seats held"], no_seats | told.held),
        *_differences("enrolment state, by journal", tables["enrolment state"], told.states),
        *_differences("enrolment price, by journal", tables["enrolment price"], told.prices),
        *_differences("people admitted, by cards", tables["people admitted"], nobody | awarded),
        *_differences(
            "people admitted, by journal", tables["people admitted"], nobody | told.admitted
        ),
    ]
    if told.entries != size:
        differences.append({"what": "journal length", "table": size, "entries": told.entries})
    return {
        "checked": {
            "cards": len(tables["card balance"]),
            "classes": len(tables["seats held"]),
            "enrolments": len(tables["enrolment state"]),
            "waves": len(tables["people admitted"]),
            "journal_entries": told.entries,
        },
        "differences": differences[:MOST_SHOWN],
        "differences_found": len(differences),
    }


def _pairs(connection: sa.Connection, query: sa.Select[Any]) -> dict[str, Any]:
    result = connection.execution_options(yield_per=READ_AT_ONCE).execute(query)
    return {row[0]: row[1] for part in result.partitions() for row in part}


def _balances_from_movements() -> sa.Select[Any]:
    into = sa.case((MOVEMENT.c.target == Account.CARD.value, MOVEMENT.c.amount), else_=0)
    out = sa.case((MOVEMENT.c.source == Account.CARD.value, MOVEMENT.c.amount), else_=0)
    total = sa.cast(sa.func.sum(into - out), sa.BigInteger)
    return sa.select(MOVEMENT.c.card_ref, total).group_by(MOVEMENT.c.card_ref)


def _seats_from_enrolments() -> sa.Select[Any]:
    live = ENROLMENT.c.state.in_([state.value for state in HOLDS_A_SEAT])
    return (
        sa.select(ENROLMENT.c.class_id, sa.func.count()).where(live).group_by(ENROLMENT.c.class_id)
    )


def _awards_from_cards() -> sa.Select[Any]:
    return sa.select(CARD.c.wave_id, sa.func.count()).group_by(CARD.c.wave_id)


def _told(database: Database, journal: Journal, size: int) -> _Told:
    told = _Told()
    for row in _entries(database, journal, size):
        told.entries += 1
        body = row.body
        enrolment_id = body.get("enrolment_id")
        if row.kind in _STATE_AFTER and enrolment_id:
            told.states[enrolment_id] = _STATE_AFTER[row.kind]
        if row.kind == "enrolment-confirmed":
            told.prices[enrolment_id] = body["price"]
        if row.kind == "card-awarded":
            told.admitted[body["wave_id"]] += 1
        if "balance" in body:
            told.balances[row.subjects["card_ref"] or ""] = body["balance"]
        if "card_state" in body:
            told.card_states[row.subjects["card_ref"] or ""] = body["card_state"]
        if "held" in body:
            told.held[row.subjects["class_id"] or ""] = body["held"]
    return told


def _entries(database: Database, journal: Journal, size: int) -> Iterator[Any]:
    position = 0
    while position < size:
        with database.reading() as connection:
            part = journal.read(
                connection, after=position, limit=min(READ_AT_ONCE, size - position)
            )
        if not part:
            return
        yield from part
        position = part[-1].position


def _differences(
    what: str, table: Mapping[str, Any], entries: Mapping[str, Any]
) -> Iterable[dict[str, Any]]:
    for key in sorted(table.keys() | entries.keys()):
        if table.get(key) != entries.get(key):
            yield {
                "what": what,
                "id": key,
                "table": table.get(key),
                "entries": entries.get(key),
            }
