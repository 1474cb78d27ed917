"""Who holds a card: personal data, sealed, apart from the card, so that the mapping can be destroyed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa

from chassis.database import Database
from chassis.recordset import rows_parameter
from chassis.sealing import Seal, SealBroken, keyed_digest
from services.enrolment.domain.programme.award import Nomination
from services.enrolment.storage.tables.programme import PERSON, WITHDRAWN_PERSON

P, W = PERSON.c, WITHDRAWN_PERSON.c


@dataclass(frozen=True, slots=True)
class Fingerprints:
    """Keyed digests by which personal numbers are found without being readable."""

    key: bytes = field(repr=False)

    def nik(self, nik: str) -> str:
        """Return the digest of a NIK."""
        return keyed_digest(self.key, "nik", nik)

    def family_card(self, number: str) -> str:
        """Return the digest of a family card number."""
        return keyed_digest(self.key, "family-card", number)

    def card_number(self, number: str) -> str:
        """Return the digest of a card number."""
        return keyed_digest(self.key, "card-number", number)

    def exclusion_list(self, list_id: str) -> str:
        """Return the digest of the id of a list, which tells under which key those of its persons were made."""
        return keyed_digest(self.key, "exclusion-list", list_id)


@dataclass(frozen=True, slots=True)
class SealedPerson:
    """What is kept of the holder of a card, readable by nobody yet."""

    card_ref: str
    sealed: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class OpenedPerson:
    """What is shown of the holder of a card to those who may see it."""

    name: str = field(repr=False)
    card_number: str = field(repr=False)


class PersonStore:
    """The table of persons."""

    def __init__(self, database: Database, *, seal: Seal, fingerprints: Fingerprints) -> None:
        self._seal = seal
        self.fingerprints = fingerprints
        self._database = database
        self._held = sa.select(P.nik_digest).where(database.is_among(P.nik_digest))
        self._recipients = (
            sa.select(P.family_digest, sa.func.count().label("people"))
            .where(database.is_among(P.family_digest))
            .group_by(P.family_digest)
        )
        self._read_sealed = sa.union_all(
            *[
                sa.select(each.card_ref, each.sealed).where(database.is_among(each.card_ref))
                for each in (P, W)
            ]
        )
        kept = ("card_ref", "card_number_digest", "sealed")
        self._keep_withdrawn = sa.insert(WITHDRAWN_PERSON).from_select(
            kept, sa.select(*[P[name] for name in kept]).where(database.is_among(P.card_ref))
        )
        self._remove = sa.delete(PERSON).where(database.is_among(P.card_ref))
        columns = {column.name: column.type for column in PERSON.c}
        given = database.recordset(columns)
        self._add = sa.insert(PERSON).from_select(
            list(columns), sa.select(*[given.c[name] for name in columns])
        )

    def recipients(self, connection: sa.Connection, digests: Sequence[str]) -> dict[str, int]:
        """Return how many hold or ever held a card, by the digest of the family card."""
        rows = connection.execute(self._recipients, {"keys": self._database.keys(digests)})
        return {row.family_digest: row.people for row in rows}

    def held_niks(self, connection: sa.Connection, digests: Sequence[str]) -> set[str]:
        """Return which of these NIK digests hold or ever held a card."""
        keys = self._database.keys(digests)
        return set(connection.execute(self._held, {"keys": keys}).scalars())

    def keys_fit(self, connection: sa.Connection) -> bool:
        """Tell whether a person of each table opens and is found under the keys given; true where there is nobody.

        Under another key a person would be another one: the same NIK could be admitted twice.
        """
        first = [
            sa.select(each.card_ref, each.sealed, each.card_number_digest).limit(1)
            for each in (P, W)
        ]
        found = [connection.execute(query).one_or_none() for query in first]
        return all(self._fits(*row) for row in found if row is not None)

    def _fits(self, card_ref: str, sealed: str, card_number_digest: str) -> bool:
        try:
            person = self.opened(SealedPerson(card_ref, sealed))
        except SealBroken:
            return False
        return self.fingerprints.card_number(person.card_number) == card_number_digest

    def add(self, connection: sa.Connection, nominations: Sequence[Nomination]) -> None:
        """Add the persons of new cards, sealed."""
        rows = [
            {
                "card_ref": n.card_ref,
                "nik_digest": n.nik_digest,
                "family_digest": n.family_digest,
                "card_number_digest": self.fingerprints.card_number(n.card_number),
                "sealed": self._seal.close(_sealed_text(n), context=f"person {n.card_ref}"),
            }
            for n in sorted(nominations, key=lambda n: n.nik_digest)
        ]
        if rows:
            connection.execute(self._add, {"rows": rows_parameter(rows)})

    def withdraw(self, connection: sa.Connection, card_refs: Sequence[str]) -> None:
        """Let the holders of locked cards be admitted again: only by the card's number it is told whose it was."""
        keys = {"keys": self._database.keys(card_refs)}
        connection.execute(self._keep_withdrawn, keys)
        connection.execute(self._remove, keys)

    def card_ref_by_number(self, connection: sa.Connection, card_number: str) -> str | None:
        """Find a card by its number, also one that was withdrawn."""
        digest = self.fingerprints.card_number(card_number)
        found = sa.union_all(
            *[sa.select(each.card_ref).where(each.card_number_digest == digest) for each in (P, W)]
        )
        return connection.execute(found).scalars().first()

    def card_ref_by_nik(self, connection: sa.Connection, nik: str) -> str | None:
        """Find a card by its holder's NIK."""
        digest = self.fingerprints.nik(nik)
        return connection.execute(
            sa.select(P.card_ref).where(P.nik_digest == digest)
        ).scalar_one_or_none()

    def sealed(
        self, connection: sa.Connection, card_refs: Sequence[str]
    ) -> dict[str, SealedPerson]:
        """Read the holders of cards as they lie there. The caller records the reading in the journal."""
        rows = connection.execute(self._read_sealed, {"keys": self._database.keys(card_refs)})
        return {row.card_ref: SealedPerson(row.card_ref, row.sealed) for row in rows}

    def opened(self, person: SealedPerson) -> OpenedPerson:
        """Make a person readable, once the reading is recorded and committed."""
        opened = json.loads(self._seal.open(person.sealed, context=f"person {person.card_ref}"))
        return OpenedPerson(name=opened["name"], card_number=opened["card_number"])


def _sealed_text(nomination: Nomination) -> str:
    candidate = nomination.candidate
    return json.dumps(
        {
            "nik": candidate.nik,
            "family_card": candidate.family_card,
            "name": candidate.name,
            "birth_date": candidate.birth_date.isoformat(),
            "card_number": nomination.card_number,
        }
    )
