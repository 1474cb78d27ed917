"""Cards: locked and saved. Who holds a card stands apart, in `storage.persons`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from chassis.column_types import Identifier, Instant
from chassis.database import Database
from chassis.recordset import rows_parameter
from services.enrolment.domain.programme.card import Card, CardState, Scheme
from services.enrolment.domain.programme.standstill import settled
from services.enrolment.storage.pauses import PauseStore
from services.enrolment.storage.tables.programme import CARD
from vocabulary.regions import present_code

C = CARD.c
_WAITING: list[sa.ColumnElement[str]] = [
    sa.literal_column(f"'{state.value}'") for state in (CardState.AWARDED, CardState.BETWEEN)
]
"""Written out, so that the partial index is recognised."""


@dataclass(frozen=True, slots=True)
class CardAward:
    """When a card was awarded, and the version of the rules that judged so."""

    awarded_at: datetime
    rule_version: str


class CardStore:
    """The table of cards."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._pauses = PauseStore(database)
        self._lock = (
            sa.select(
                *(C.card_ref, C.scheme, C.state, C.balance, C.deadline),
                *(C.region, C.domicile, C.barred_at, C.clock_from, C.awarded_at),
            )
            .where(database.is_among(C.card_ref))
            .order_by(C.card_ref)
            .with_for_update(key_share=True)
        )
        self._find_all = sa.select(CARD).where(database.is_among(C.card_ref))
        self._awards = sa.select(C.card_ref, C.rule_version).where(database.is_among(C.card_ref))
        given = database.recordset(
            {
                "card_ref": Identifier(),
                "state": sa.String(16),
                "balance": sa.BigInteger(),
                "deadline": Instant(),
                "clock_from": Instant(),
            }
        )
        self._save = (
            sa.update(CARD)
            .where(C.card_ref == given.c.card_ref)
            .values(
                state=given.c.state,
                balance=given.c.balance,
                deadline=given.c.deadline,
                clock_from=given.c.clock_from,
            )
        )

    def lock(self, connection: sa.Connection, card_refs: Sequence[str]) -> dict[str, Card]:
        """Lock cards in the order of their references and return those that exist, with the days of pauses."""
        return self.settle(connection, self.lock_as_kept(connection, card_refs).values())

    def lock_as_kept(self, connection: sa.Connection, card_refs: Sequence[str]) -> dict[str, Card]:
        """Lock cards likewise; pauses since they were saved are still to be reckoned with (`standstill.settled`)."""
        rows = connection.execute(self._lock, {"keys": self._database.keys(card_refs)})
        return {row.card_ref: card_of(row) for row in rows}

    def read(self, connection: sa.Connection, card_ref: str) -> Card | None:
        """Read one card, with the days of pauses, without locking it."""
        return self.find_all(connection, [card_ref]).get(card_ref)

    def find_all(self, connection: sa.Connection, card_refs: Sequence[str]) -> dict[str, Card]:
        """Read many cards, with the days of pauses, without locking them."""
        rows = connection.execute(self._find_all, {"keys": self._database.keys(card_refs)})
        return self.settle(connection, map(card_of, rows))

    def settle(self, connection: sa.Connection, kept: Iterable[Card]) -> dict[str, Card]:
        """Return cards that were read as they are kept with the days of pauses, by their references."""
        cards = list(kept)
        if not cards:
            return {}
        pauses = self._pauses.in_force_or_ended_since(connection, clocks_from(cards))
        return {card.card_ref: settled(card, pauses) for card in cards}

    def award(self, connection: sa.Connection, card_ref: str) -> CardAward:
        """Read when a card was awarded, and by which version of the rules."""
        query = sa.select(C.awarded_at, C.rule_version).where(C.card_ref == card_ref)
        return CardAward(*connection.execute(query).one())

    def due(
        self,
        connection: sa.Connection,
        *,
        now: datetime,
        limit: int,
        apart_from: Collection[str] = (),
    ) -> dict[str, list[str]]:
        """Read up to so many cards that wait for a class and whose time has run out as it is kept, by their waves.

        The clock of a barred card stands still; whether others did is seen when they are locked. `apart_from` are waves
        whose cards are left out.
        """
        query = (
            sa.select(C.wave_id, C.card_ref)
            .where(C.state.in_(_WAITING), C.deadline <= now, C.wave_id.not_in(apart_from))
            .where(C.barred_at.is_(None))
            .order_by(C.deadline)
            .limit(limit)
        )
        found: dict[str, list[str]] = {}
        for row in connection.execute(query):
            found.setdefault(row.wave_id, []).append(row.card_ref)
        return found

    def save(self, connection: sa.Connection, cards: Sequence[Card]) -> None:
        """Save state, balance and clock of locked cards."""
        rows = [
            {
                "card_ref": card.card_ref,
                "state": card.state,
                "balance": card.balance,
                "deadline": card.deadline,
                "clock_from": card.clock_from,
            }
            for card in cards
        ]
        if rows:
            connection.execute(self._save, {"rows": rows_parameter(rows)})

    def save_domicile(self, connection: sa.Connection, card: Card) -> None:
        """Save where the holder of a locked card lives, and its clock; it stays counted where it was awarded."""
        connection.execute(
            sa.update(CARD)
            .where(C.card_ref == card.card_ref)
            .values(domicile=card.region, **_clock(card))
        )

    def awards(self, connection: sa.Connection, card_refs: Sequence[str]) -> dict[str, str]:
        """Read by which versions of the rules cards were awarded, by their references."""
        rows = connection.execute(self._awards, {"keys": self._database.keys(card_refs)})
        return {row.card_ref: row.rule_version for row in rows}

    def save_bar(self, connection: sa.Connection, card: Card) -> None:
        """Save since when a locked card is barred, or that it is not, and its clock."""
        connection.execute(
            sa.update(CARD)
            .where(C.card_ref == card.card_ref)
            .values(barred_at=card.barred_at, **_clock(card))
        )


def _clock(card: Card) -> dict[str, datetime | None]:
    return {"deadline": card.deadline, "clock_from": card.clock_from}


def lives_in(row: Any) -> str:
    """Return where the holder of a card lives, by the card's row."""
    return present_code(row.domicile or row.region)


def clocks_from(cards: Iterable[Card]) -> datetime | None:
    """Return as of when the earliest clock of some cards is kept; None where that is told of none."""
    return min((card.clock_from for card in cards if card.clock_from is not None), default=None)


def card_of(row: Any) -> Card:
    """Make a card of its row, as it is kept: pauses since then are still to be reckoned with."""
    return Card(
        card_ref=row.card_ref,
        scheme=Scheme(row.scheme),
        state=CardState(row.state),
        balance=row.balance,
        deadline=row.deadline,
        region=lives_in(row),
        barred_at=row.barred_at,
        clock_from=row.clock_from or row.awarded_at,
    )
