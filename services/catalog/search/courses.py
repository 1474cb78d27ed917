"""A course as the index keeps it."""

from __future__ import annotations

import zlib
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import orjson

from services.catalog.search import schema
from services.catalog.search.kinds import write_kind
from services.catalog.search.offers import (
    Offer,
    are_mixed,
    limited,
    numbers,
    regions_at,
    start_of,
    where,
)
from services.catalog.search.text.analysis import analyse, cut
from services.catalog.search.text.words import code
from services.catalog.search.title_order import title_numbers

NEVER = (1 << 63) - 1
"""The start of a course with no class that can be joined: after every other."""

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


_Fields = dict[str, Any]
"""Values of fields under the schema's names: one, or several."""


def document_of(course: IndexedCourse) -> str:
    """Write a course as the index's document, in the JSON that tantivy reads: bytes in base64.

    To hand over each of some thirty values by itself takes longer than to write and read them together.
    """
    fields: _Fields = {
        schema.COURSE_ID: course.course_id,
        **_texts(course),
        schema.TRACK: course.track,
        schema.MODE: course.mode,
        schema.PROVIDER: course.provider_id,
        schema.PROVIDER_LABEL: f"{course.provider_id} {course.provider_name}",
        schema.PRICE: course.price,
        **_offers(course.offers),
        schema.KIND: write_kind(course.track, course.mode, {o.has_seats for o in course.offers}),
        schema.MADE: made(course.course_id),
        schema.SHOWN: b64encode(course.shown).decode("ascii"),
    }
    return orjson.dumps(fields).decode()


def made(course_id: str) -> int:
    """Return a number of 63 bits that grows with the millisecond in which an id (UUIDv7) was made.

    Beneath it are bits of the rest of the id, mixed: those of ids that one process made in one millisecond differ in
    the last ones only. Two such ids share a number once in two million pairs.
    """
    identifier = bytes.fromhex(course_id.replace("-", ""))
    milliseconds = int.from_bytes(identifier[:6]) & ((1 << _MILLISECOND_BITS) - 1)
    return milliseconds << _REST_BITS | zlib.crc32(identifier[6:]) >> (32 - _REST_BITS)


def _texts(course: IndexedCourse) -> _Fields:
    in_short = [analyse(text) for text in (course.title, *course.subjects, course.provider_name)]
    at_length = [analyse(text) for text in course.prose]
    said = [*in_short, *cut(at_length, _WORDS_OF_PROSE)]
    of_texts = chain.from_iterable([one.codes for one in (*in_short, *at_length)])
    title = in_short[0]
    return {
        schema.TITLE: title.terms,
        **dict(zip(schema.TITLE_ORDER, title_numbers(title.words), strict=True)),
        schema.TEXT: " ".join([one.terms for one in said]),
        schema.WORDS: " ".join([one.vocabulary for one in said]),
        schema.CODES: list({*filter(None, map(code, course.codes)), *of_texts}),
    }


def _offers(offers: Sequence[Offer]) -> _Fields:
    if not offers:
        return {schema.FIRST_START: NEVER}
    fields: _Fields = _mixed(offers) if are_mixed(offers) else {}
    together = _Alike.of(offers)
    with_seats = [offer for offer in offers if offer.has_seats]
    # Mostly all classes of a course have seats, or none has.
    if len(with_seats) in (0, len(offers)):
        by_seats = {bool(with_seats): together}
    else:
        without = [offer for offer in offers if not offer.has_seats]
        by_seats = {True: _Alike.of(with_seats), False: _Alike.of(without)}
    fields[schema.FIRST_START] = together.starts[0]
    fields[schema.SEATS_FIELD] = [schema.SEATS[has_seats] for has_seats in by_seats]
    for has_seats, alike in ((None, together), *by_seats.items()):
        fields |= alike.fields(has_seats)
    return fields


def _mixed(offers: Sequence[Offer]) -> _Fields:
    return {
        schema.MIXED: schema.YES,
        schema.MIXED_OFFERS: list({number for offer in offers for number in numbers(offer)}),
        schema.MIXED_LIMITED: limited(offers),
    }


@dataclass(frozen=True, slots=True)
class _Alike:
    """What is kept of some offers together: for whom they are, and when they start, each instant once, in order."""

    where: str
    starts: Sequence[int]

    @classmethod
    def of(cls, offers: Sequence[Offer]) -> _Alike:
        """Sum up offers, at least one."""
        return cls(where(offers), sorted({start_of(offer) for offer in offers}))

    def fields(self, has_seats: bool | None) -> _Fields:
        """Return the fields of all offers, or of those with seats, or of those without."""
        earliest, between, latest = schema.STARTS[has_seats]
        return {
            schema.WHERE[has_seats]: self.where,
            schema.PLACES[has_seats]: list(regions_at(self.where)),
            earliest: self.starts[0],
            between: self.starts[1:-1],
            latest: self.starts[-1],
        }
