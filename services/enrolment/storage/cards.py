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
from services.enrolment.domain.programme.pause import Pause, Paused, clock_stopped_at
from services.enrolment.storage.pauses import PauseStore
from services.enrolment.storage.tables.programme import CARD
from vocabulary.regions import codes_kept_within, present_code

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
                *(C.region, C.domicile, C.barred_at),
            )
            .where(database.is_among(C.card_ref))
            .order_by(C.card_ref)
            .with_for_update(key_share=True)
        )
        self._awards = sa.select(C.card_ref, C.rule_version).where(database.is_among(C.card_ref))
        given = database.recordset(
            {
                "card_ref": Identifier(),
                "state": sa.String(16),
                "balance": sa.BigInteger(),
                "deadline": Instant(),
            }
        )
        self._save = (
            sa.update(CARD)
            .where(C.card_ref == given.c.card_ref)
            .values(state=given.c.state, balance=given.c.balance, deadline=given.c.deadline)
        )

    def lock(self, connection: sa.Connection, card_refs: Sequence[str]) -> dict[str, Card]:
        """Lock cards in the order of their references and return those that exist.

        Which pauses stop their clocks is read once they are locked: who gives them their days again locks them, too.
        """
        rows = connection.execute(self._lock, {"keys": self._database.keys(card_refs)}).all()
        pauses = self._pauses.in_force(connection)
        return {row.card_ref: card_of(row, pauses) for row in rows}

    def lock_for_purchase(
        self, connection: sa.Connection, card_refs: Sequence[str]
    ) -> dict[str, Card]:
        """Lock cards as `lock` does, as if nothing paused their clocks: a pause refuses a purchase first."""
        rows = connection.execute(self._lock, {"keys": self._database.keys(card_refs)})
        return {row.card_ref: card_of(row, ()) for row in rows}

    def read(self, connection: sa.Connection, card_ref: str) -> Card | None:
        """Read one card without locking it."""
        row = connection.execute(sa.select(CARD).where(C.card_ref == card_ref)).one_or_none()
        return None if row is None else card_of(row, self._pauses.in_force(connection))

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
        """Read up to so many cards that wait for a class and whose time has run out, by their waves.

        The clocks of barred cards stand still, and of those where nobody enrols. `apart_from` are waves whose cards are
        left out.
        """
        stopping = [p for p in self._pauses.in_force(connection) if p.what is Paused.ENROLMENTS]
        query = (
            sa.select(C.wave_id, C.card_ref)
            .where(C.state.in_(_WAITING), C.deadline <= now, C.wave_id.not_in(apart_from))
            .where(C.barred_at.is_(None), *[sa.not_(_stopped_by(pause)) for pause in stopping])
            .order_by(C.deadline)
            .limit(limit)
        )
        found: dict[str, list[str]] = {}
        for row in connection.execute(query):
            found.setdefault(row.wave_id, []).append(row.card_ref)
        return found

    def stopped_by(
        self, connection: sa.Connection, pause: Pause, *, limit: int
    ) -> dict[str, datetime]:
        """Read the first so many cards whose clocks a pause stops, and when they were awarded, by their references.

        Those that have their days again already are left out.
        """
        query = (
            sa.select(C.card_ref, C.awarded_at)
            .where(C.state.in_(_WAITING), C.deadline.is_not(None), _stopped_by(pause))
            .order_by(C.card_ref)
            .limit(limit)
        )
        return {row.card_ref: row.awarded_at for row in connection.execute(query)}

    def save(self, connection: sa.Connection, cards: Sequence[Card]) -> None:
        """Save state, balance and deadline of locked cards."""
        rows = [
            {"card_ref": c.card_ref, "state": c.state, "balance": c.balance, "deadline": c.deadline}
            for c in cards
        ]
        if rows:
            connection.execute(self._save, {"rows": rows_parameter(rows)})

    def save_domicile(self, connection: sa.Connection, card: Card) -> None:
        """Save where the holder of a locked card lives, and its clock; it stays counted where it was awarded."""
        connection.execute(
            sa.update(CARD)
            .where(C.card_ref == card.card_ref)
            .values(domicile=card.region, deadline=card.deadline)
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
            .values(barred_at=card.barred_at, deadline=card.deadline)
        )


def lives_in(row: Any) -> str:
    """Return where the holder of a card lives, by the card's row."""
    return present_code(row.domicile or row.region)


def _stopped_by(pause: Pause) -> sa.ColumnElement[bool]:
    """Say in SQL that a pause stops a card's clock (`Pause.stops_clock`), which had not run out before."""
    said: list[sa.ColumnElement[bool]] = [C.deadline > pause.began_at]
    if pause.region is not None:
        said.append(sa.func.coalesce(C.domicile, C.region).in_(codes_kept_within(pause.region)))
    if pause.given_to is not None:
        said.append(C.card_ref > pause.given_to)
    return sa.and_(*said)


def card_of(row: Any, pauses: Iterable[Pause]) -> Card:
    """Make a card of its row, as it stands under the pauses in force."""
    region = lives_in(row)
    return Card(
        card_ref=row.card_ref,
        scheme=Scheme(row.scheme),
        state=CardState(row.state),
        balance=row.balance,
        deadline=row.deadline,
        region=region,
        barred_at=row.barred_at,
        paused_at=clock_stopped_at(pauses, row.card_ref, regency=region),
    )
