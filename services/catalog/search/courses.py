"""A course as the index keeps it."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

from tantivy import Document

from services.catalog.search import schema
from services.catalog.search.offers import (
    Offer,
    are_mixed,
    limited,
    numbers,
    regions_at,
    start_of,
    where,
)
from services.catalog.search.text.analysis import analyse, analyse_all
from services.catalog.search.text.words import code, plain

NEVER = (1 << 63) - 1
"""The start of a course with no class that can be joined: after every other."""

_TITLE_ORDER = 200
_MILLISECOND_BITS = 42
"""Enough until the year 2109."""

_REST_BITS = 21
_WORDS_OF_PROSE = 600
"""Words of the long texts that count: more would let the longest text of a catalogue take most of the index."""


@dataclass(frozen=True, slots=True)
class IndexedCourse:
    """What is kept of a published course: texts to be found by, what it is filtered and sorted by, what is shown.

    `subjects` tell what is taught in short (units, outcomes, field), `prose` at length. `price` is in rupiah, `shown`
    the document that the public gets, as JSON.
    """

    course_id: str
    title: str
    subjects: Sequence[str]
    prose: Sequence[str]
    codes: Sequence[str]
    provider_id: str
    provider_name: str
    track: str
    mode: str
    price: int
    offers: Sequence[Offer]
    shown: bytes


def document_of(course: IndexedCourse) -> Document:
    """Write a course as the index's document."""
    document = Document()
    document.add_text(schema.COURSE_ID, course.course_id)
    _add_texts(document, course)
    document.add_text(schema.TRACK, course.track)
    document.add_text(schema.MODE, course.mode)
    document.add_text(schema.PROVIDER, course.provider_id)
    document.add_text(schema.PROVIDER_LABEL, f"{course.provider_id} {course.provider_name}")
    document.add_unsigned(schema.PRICE, course.price)
    _add_offers(document, course.offers)
    document.add_unsigned(schema.MADE, made(course.course_id))
    document.add_text(schema.TITLE_ORDER, plain(course.title)[:_TITLE_ORDER])
    document.add_bytes(schema.SHOWN, course.shown)
    return document


def made(course_id: str) -> int:
    """Return a number of 63 bits that grows with the millisecond in which an id (UUIDv7) was made.

    Beneath it are bits of the rest of the id, mixed: those of ids that one process made in one millisecond differ in
    the last ones only. Two such ids share a number once in two million pairs.
    """
    identifier = bytes.fromhex(course_id.replace("-", ""))
    milliseconds = int.from_bytes(identifier[:6]) & ((1 << _MILLISECOND_BITS) - 1)
    return milliseconds << _REST_BITS | zlib.crc32(identifier[6:]) >> (32 - _REST_BITS)


def _add_texts(document: Document, course: IndexedCourse) -> None:
    title, provider_name = analyse(course.title), analyse(course.provider_name)
    subjects, prose = analyse_all(course.subjects), analyse_all(course.prose)
    body = prose.cut(_WORDS_OF_PROSE)
    texts = (title, subjects, body, provider_name)
    document.add_text(schema.TITLE, title.terms)
    document.add_text(schema.TEXT, " ".join(text.terms for text in texts))
    said = dict.fromkeys(chain.from_iterable(text.words for text in texts))
    document.add_text(schema.WORDS, " ".join(said))
    written = filter(None, map(code, course.codes))
    for found in dict.fromkeys(chain(written, title.codes, subjects.codes, prose.codes)):
        document.add_text(schema.CODES, found)


@dataclass(frozen=True, slots=True)
class _Alike:
    """What is kept of some offers together: for whom they are, and when they start, each instant once, in order."""

    where: str
    starts: Sequence[int]

    @classmethod
    def of(cls, offers: Sequence[Offer]) -> _Alike:
        """Sum up offers, at least one."""
        return cls(where(offers), sorted({start_of(offer) for offer in offers}))


def _add_offers(document: Document, offers: Sequence[Offer]) -> None:
    mixed = are_mixed(offers)
    document.add_text(schema.MIXED, schema.YES if mixed else schema.NO)
    if mixed:
        for number in {number for offer in offers for number in numbers(offer)}:
            document.add_unsigned(schema.MIXED_OFFERS, number)
        document.add_text(schema.MIXED_LIMITED, limited(offers))
    if not offers:
        document.add_unsigned(schema.FIRST_START, NEVER)
        return
    together = _Alike.of(offers)
    document.add_unsigned(schema.FIRST_START, together.starts[0])
    _add_alike(document, together, None)
    for has_seats in (True, False):
        some = [offer for offer in offers if offer.has_seats is has_seats]
        if some:
            document.add_text(schema.SEATS_FIELD, schema.SEATS[has_seats])
            # Mostly all classes of a course have seats, or none has.
            alike = together if len(some) == len(offers) else _Alike.of(some)
            _add_alike(document, alike, has_seats)


def _add_alike(document: Document, alike: _Alike, has_seats: bool | None) -> None:
    """Add all offers, or those with seats, or those without."""
    document.add_text(schema.WHERE[has_seats], alike.where)
    for region in regions_at(alike.where):
        document.add_text(schema.PLACES[has_seats], region)
    earliest, between, latest = schema.STARTS[has_seats]
    document.add_unsigned(earliest, alike.starts[0])
    document.add_unsigned(latest, alike.starts[-1])
    for start in alike.starts[1:-1]:
        document.add_unsigned(between, start)
