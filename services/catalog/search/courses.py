"""A course as the index keeps it."""

from __future__ import annotations

import uuid
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

from tantivy import Document

from services.catalog.search import schema
from services.catalog.search.offers import Offer, numbers, places
from services.catalog.search.text.terms import terms
from services.catalog.search.text.words import code, codes_in, plain, words

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
    identifier = uuid.UUID(course_id)
    milliseconds = (identifier.int >> 80) & ((1 << _MILLISECOND_BITS) - 1)
    return milliseconds << _REST_BITS | zlib.crc32(identifier.bytes[6:]) >> (32 - _REST_BITS)


def _add_texts(document: Document, course: IndexedCourse) -> None:
    title, provider_name = words(course.title), words(course.provider_name)
    subjects = words(" ".join(course.subjects))
    prose = words(" ".join(course.prose))[:_WORDS_OF_PROSE]
    document.add_text(schema.TITLE, terms(title))
    document.add_text(schema.SUBJECT, terms(subjects))
    document.add_text(schema.BODY, terms(prose))
    document.add_text(schema.PROVIDER_NAME, terms(provider_name))
    said = dict.fromkeys(chain(title, provider_name, subjects, prose))
    document.add_text(schema.WORDS, " ".join(said))
    for found in _codes(course):
        document.add_text(schema.CODES, found)


def _codes(course: IndexedCourse) -> Iterable[str]:
    written = [code(text) for text in course.codes]
    said = codes_in(" ".join((course.title, *course.subjects, *course.prose)))
    return dict.fromkeys(found for found in chain(written, said) if found)


def _add_offers(document: Document, offers: Sequence[Offer]) -> None:
    mixed = len({(offer.regency, offer.regions) for offer in offers}) > 1
    if mixed:
        document.add_text(schema.MIXED, schema.YES)
    for number in {number for offer in offers for number in numbers(offer)}:
        document.add_unsigned(schema.OFFERS, number)
        if mixed:
            document.add_unsigned(schema.MIXED_OFFERS, number)
    with_seats = [offer for offer in offers if offer.has_seats]
    without = [offer for offer in offers if not offer.has_seats]
    for field, some in (
        (schema.PLACES, offers),
        (schema.PLACES_WITH_SEATS, with_seats),
        (schema.PLACES_WITHOUT_SEATS, without),
    ):
        for place in places(some):
            document.add_text(field, place)
    for word, some in ((schema.WITH_SEATS, with_seats), (schema.WITHOUT_SEATS, without)):
        if some:
            document.add_text(schema.SEATS, word)
    starts = [int(offer.starts_at.timestamp()) for offer in offers]
    document.add_unsigned(schema.STARTS, min(starts, default=NEVER))
