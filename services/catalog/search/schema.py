"""What the index keeps of a course, field by field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tantivy import Schema, SchemaBuilder

VERSION: Final = 6
"""Raise it with every change of the fields, of the analysis of text or of what is shown: older indexes are then built
anew from the tables."""

COURSE_ID: Final = "course_id"
TITLE: Final = "title"
"""Stems and other terms (`terms`) of the title."""

TEXT: Final = "text"
"""The same of all texts of a course, its title included, so that it alone tells which courses say something."""

WORDS: Final = "words"
CODES: Final = "codes"
TRACK: Final = "track"
MODE: Final = "mode"
KIND: Final = "kind"
"""Track, mode and seats in one word (`kinds`), to be counted at once."""

PROVIDER: Final = "provider"
PROVIDER_LABEL: Final = "provider_label"
"""A provider's id, a blank and its name, so that counts of providers come with their names."""

PRICE: Final = "price"
MADE: Final = "made"
FIRST_START: Final = "first_start"
"""When the first class that can be joined starts, to sort by: also of a course that has none."""

TITLE_ORDER: Final = ("title_order_1", "title_order_2", "title_order_3", "title_order_4")
"""Numbers by which titles are in order (`title_order`); the first is looked up, too."""

SHOWN: Final = "shown"

SEATS: Final[Mapping[bool, str]] = {True: "with", False: "without"}
"""What the field `seats` says of the classes that can be joined."""

SEATS_FIELD: Final = "seats"

# Of the classes that can be joined, each field three times: of all (None), of those with seats, of those without.
PLACES: Final[Mapping[bool | None, str]] = {
    None: "places",
    True: "places_with_seats",
    False: "places_without_seats",
}
"""The regions under which they can be asked for, each by itself, to be found by."""

WHERE: Final[Mapping[bool | None, str]] = {
    None: "where",
    True: "where_with_seats",
    False: "where_without_seats",
}
"""The same as one text, to be counted: of one value a course is counted several times as quickly as of many."""

STARTS: Final[Mapping[bool | None, tuple[str, str, str]]] = {
    None: ("earliest", "between", "latest"),
    True: ("earliest_with_seats", "between_with_seats", "latest_with_seats"),
    False: ("earliest_without_seats", "between_without_seats", "latest_without_seats"),
}
"""When the first and the last of them start, and between these two the others: of one value, ranges are quick."""

MIXED: Final = "mixed"
"""Says whether the classes of a course are for different people: only of such a one the places do not tell where those
are that start within a span. `MIXED_OFFERS` holds their offers, which are few, and `MIXED_LIMITED` those that are not
for the whole country, as one text."""

YES: Final = "yes"
MIXED_OFFERS: Final = "mixed_offers"
MIXED_LIMITED: Final = "mixed_limited"


def build_schema() -> Schema:
    """Build the schema. Every text is analysed before it comes here."""
    builder = SchemaBuilder()
    for name in (COURSE_ID, CODES, TRACK, MODE, PROVIDER, SEATS_FIELD, MIXED, *PLACES.values()):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in (TITLE, TEXT):
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="freq")
    builder.add_text_field(WORDS, tokenizer_name="whitespace", index_option="basic")
    for name in (
        KIND,
        PROVIDER_LABEL,
        MIXED_LIMITED,
        *WHERE.values(),
    ):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=True)
    for earliest, between, latest in STARTS.values():
        builder.add_unsigned_field(earliest, fast=True)
        builder.add_unsigned_field(between, indexed=True)
        builder.add_unsigned_field(latest, fast=True)
    builder.add_unsigned_field(MIXED_OFFERS, indexed=True)
    for name in (PRICE, MADE, FIRST_START, *TITLE_ORDER):
        builder.add_unsigned_field(name, fast=True, indexed=name == TITLE_ORDER[0])
    builder.add_bytes_field(SHOWN, stored=True)
    return builder.build()
