"""Find everything that is kept of a person, before anybody is kept waiting by a lock."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from chassis.idempotency import Telling
from services.enrolment.domain.programme.candidate_lines import without
from services.enrolment.storage.cards import CardAward
from services.enrolment.storage.persons import Numbers, SealedPerson
from services.enrolment.storage.sealed_rows import ChunkPlace
from services.enrolment.storage.stores import Stores

PERSONS_AT_ONCE = 1_000
TELLING_FOR = timedelta(minutes=2)
"""How long after an award, at most, the answer is stored that tells the card's number: a call has half a minute."""


@dataclass(frozen=True, slots=True)
class Traces:
    """Where a person is: the cards, and the pieces of files that name the person or the numbers of the cards."""

    nik: str = field(repr=False)
    card_refs: tuple[str, ...]
    card_numbers: frozenset[str] = field(repr=False)
    waiting: tuple[ChunkPlace, ...]
    results: tuple[ChunkPlace, ...]
    answers: tuple[tuple[CardAward, Telling], ...]
    """Of each card in its order when it was awarded, and the answers that told its number to whoever admitted."""

    @property
    def file_ids(self) -> list[str]:
        """Return the files in which there is something, in the order in which they are locked."""
        return sorted({place.file_id for place in (*self.waiting, *self.results)})


def find_traces(card_number: str | None, card_ref: str | None, *, stores: Stores) -> Traces | None:
    """Look through all that is sealed, a piece at a time; None where there is no such card, or nobody is behind it.

    Of files that are still being sent it finds what has come: whoever sends somebody's numbers again sends them anew.
    """
    with stores.database.reading() as connection:
        if card_number is not None:
            card_ref = stores.persons.card_ref_by_number(connection, card_number)
    named = None if card_ref is None else _person(card_ref, stores)
    if named is None:
        return None
    nik = stores.persons.numbers(named).nik
    numbers = {named.card_ref: stores.persons.numbers(named), **_other_cards(nik, stores)}
    refs = tuple(sorted(numbers))
    with stores.database.reading() as connection:
        results = stores.file_traces.results_of_cards(connection, refs)
        awards = [stores.cards.award(connection, ref) for ref in refs]
    told = sorted(each.card_number for each in numbers.values())
    return Traces(
        nik=nik,
        card_refs=refs,
        card_numbers=frozenset(told),
        waiting=tuple(_waiting(nik, stores)),
        results=tuple(results),
        answers=tuple((award, _telling(told, award, stores)) for award in awards),
    )


def _telling(told: list[str], award: CardAward, stores: Stores) -> Telling:
    since, until = told_between(award)
    return stores.answers.find_telling(told, since=since, until=until)


def told_between(award: CardAward) -> tuple[datetime, datetime]:
    """Return between which instants the answer was stored that tells the number of a card."""
    return award.awarded_at - TELLING_FOR, award.awarded_at + TELLING_FOR


def _person(card_ref: str, stores: Stores) -> SealedPerson | None:
    with stores.database.reading() as connection:
        return stores.persons.sealed(connection, [card_ref]).get(card_ref)


def _other_cards(nik: str, stores: Stores) -> dict[str, Numbers]:
    """Find the cards of one person: the one that counts, and those that were awarded by mistake and withdrawn."""
    with stores.database.reading() as connection:
        card_ref = stores.persons.card_ref_by_nik(connection, nik)
    counting = None if card_ref is None else _person(card_ref, stores)
    people = [*_withdrawn(stores), *([] if counting is None else [counting])]
    numbers = {person.card_ref: stores.persons.numbers(person) for person in people}
    return {ref: each for ref, each in numbers.items() if each.nik == nik}


def _withdrawn(stores: Stores) -> Iterator[SealedPerson]:
    after: str | None = None
    while True:
        with stores.database.reading() as connection:
            some = stores.persons.withdrawn_after(connection, after, limit=PERSONS_AT_ONCE)
        yield from some
        if len(some) < PERSONS_AT_ONCE:
            return
        after = some[-1].card_ref


def _waiting(nik: str, stores: Stores) -> Iterator[ChunkPlace]:
    place: ChunkPlace | None = None
    while True:
        with stores.database.reading() as connection:
            chunk = stores.file_traces.candidates_after(connection, place)
        if chunk is None:
            return
        place = ChunkPlace(chunk.file_id, chunk.first_row)
        lines = stores.file_traces.sealed_rows.open_lines(chunk)
        if without(lines, nik) != lines:
            yield place
