"""Fields that many of the catalogue's calls take."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any, TypeVar

import marshmallow as ma

from chassis.fields import OneOf, Parsed, Strict, Text
from vocabulary import forms, regions
from vocabulary.nik import refuse_personal_number

Word = TypeVar("Word", bound=StrEnum)


_LABEL = "[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_LINK = (
    rf"^https://({_LABEL}\.)+[A-Za-z][A-Za-z0-9-]{{0,61}}[A-Za-z0-9](:[0-9]{{1,5}})?"
    r"([/?#][A-Za-z0-9._~:/?#@!$&'()*+,;=%\[\]-]*)?$"
)
_LONGEST_LINK = 500


def link(**options: Any) -> Parsed:
    """Take the address of a web page: under https and a name, with no user before it (RFC 3986)."""
    form = {"type": "string", "format": "uri", "maxLength": _LONGEST_LINK, "pattern": _LINK}
    return Parsed(_parse_link, form=form, **options)


def _parse_link(value: object) -> str:
    if not isinstance(value, str) or len(value) > _LONGEST_LINK:
        raise ValueError(f"Send an address of at most {_LONGEST_LINK} characters.")
    if not re.fullmatch(_LINK, value):
        raise ValueError(
            "Send the address of a web page that starts with https:// and a name, such as https://kelas.example/masuk."
        )
    return value


def word(words: type[Word], **options: Any) -> OneOf:
    """Take one of an enumeration's words."""
    return OneOf(tuple(words), **options)


def regency(**options: Any) -> Parsed:
    """Take the code of a kabupaten or kota."""
    return Parsed(lambda value: regions.regency(value).code, form=forms.REGENCY, **options)


def region(**options: Any) -> Parsed:
    """Take the code of a province or a regency, and give the region."""
    return Parsed(regions.region, form=forms.REGION, **options)


def prose(*, most: int, lines: bool = False, **options: Any) -> Text:
    """Take free text, which the journal keeps for ever: without what looks like a NIK or a card number."""
    return Text(most=most, lines=lines, check=refuse_personal_number, **options)


class Decision(Strict):
    """What every decision has: its reason."""

    reason = prose(most=1_000, lines=True, required=True)


class PartOf(Strict):
    """A base for changes: any of the members of the schema beside it, at least one."""

    BESIDES = MappingProxyType({"minProperties": 1})

    def __init__(self) -> None:
        super().__init__(partial=True)

    @ma.validates_schema
    def refuse_nothing(self, data: Mapping[str, Any], **_: Any) -> None:
        """Refuse a change that changes nothing."""
        if not data:
            raise ma.ValidationError("Send at least one field to change.")
