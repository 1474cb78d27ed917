"""What the index keeps of a course, field by field."""

from __future__ import annotations

from typing import Final

from tantivy import Schema, SchemaBuilder

VERSION: Final = 1
"""Raise it with every change of the fields, of the analysis of text or of what is shown: older indexes are then built
anew from the tables."""

COURSE_ID: Final = "course_id"
TITLE: Final = "title"
SUBJECT: Final = "subject"
BODY: Final = "body"
PROVIDER_NAME: Final = "provider_name"
WORDS: Final = "words"
CODES: Final = "codes"
TRACK: Final = "track"
MODE: Final = "mode"
PROVIDER: Final = "provider"
PROVIDER_LABEL: Final = "provider_label"
"""A provider's id, a blank and its name, so that counts of providers come with their names."""

PRICE: Final = "price"
OFFERS: Final = "offers"
MIXED: Final = "mixed"
"""Says `YES` of a course whose classes are not all for the same people: only of such a one the places do not tell where
a class is that starts within a span. `MIXED_OFFERS` holds their offers alone, which are few."""

YES: Final = "yes"
MIXED_OFFERS: Final = "mixed_offers"
PLACES: Final = "places"
PLACES_WITH_SEATS: Final = "places_with_seats"
PLACES_WITHOUT_SEATS: Final = "places_without_seats"
SEATS: Final = "seats"
"""`WITH_SEATS` and `WITHOUT_SEATS`: what classes of a course are like."""

WITH_SEATS: Final = "with"
WITHOUT_SEATS: Final = "without"
MADE: Final = "made"
STARTS: Final = "starts"
TITLE_ORDER: Final = "title_order"
SHOWN: Final = "shown"

TEXT: Final = (TITLE, SUBJECT, BODY, PROVIDER_NAME)
"""Fields of stems and of other terms of `terms`, set apart by blanks."""


def build_schema() -> Schema:
    """Build the schema. Every text is analysed before it comes here."""
    builder = SchemaBuilder()
    for name in (COURSE_ID, CODES, MIXED):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in TEXT:
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="freq")
    builder.add_text_field(WORDS, tokenizer_name="whitespace", index_option="basic")
    for name in (
        TRACK,
        MODE,
        PROVIDER,
        PROVIDER_LABEL,
        SEATS,
        PLACES,
        PLACES_WITH_SEATS,
        PLACES_WITHOUT_SEATS,
    ):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=True)
    builder.add_text_field(TITLE_ORDER, tokenizer_name="raw", index_option="basic", fast=True)
    for name in (OFFERS, MIXED_OFFERS):
        builder.add_unsigned_field(name, indexed=True)
    for name in (PRICE, MADE, STARTS):
        builder.add_unsigned_field(name, fast=True)
    builder.add_bytes_field(SHOWN, stored=True)
    return builder.build()
