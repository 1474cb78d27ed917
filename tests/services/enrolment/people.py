"""People who exist nowhere, as an operator would send them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True)
class Person:
    """A candidate. The NIK is well-formed and was never issued."""

    nik: str
    family_card: str
    name: str
    birth_date: str = "1990-05-02"
    regency: str = "32.73"
    cluster: str | None = None
    scheme: str = "digital"

    def row(self, **changes: Any) -> dict[str, Any]:
        """Return the row of an admission; `changes` are made to it, and what is None is left out."""
        row = {**vars(self), **changes}
        return {name: value for name, value in row.items() if value is not None}


@dataclass(frozen=True)
class HeldCard:
    """A card as its holder knows it, with the reference that stands for it in tokens and in the journal."""

    person: Person
    card_number: str
    card_ref: str


def people(**changes: Any) -> Iterator[Person]:
    """Make one person after another, each with numbers and a name of their own."""
    for serial in range(1, 10_000):
        person = Person(
            nik=f"327301020590{serial:04d}",
            family_card=f"327301101010{serial:04d}",
            name=f"Sari Nomor {serial}",
        )
        yield replace(person, **changes)
