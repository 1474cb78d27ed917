"""Fields that many of the catalogue's calls take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, TypeVar

import marshmallow as ma

from chassis.fields import OneOf, Parsed, Strict, Text
from vocabulary import regions
from vocabulary.nik import refuse_personal_number

Word = TypeVar("Word", bound=StrEnum)


def word(words: type[Word], **options: Any) -> OneOf:
    """Take one of an enumeration's words."""
    return OneOf(tuple(words), **options)


def regency(**options: Any) -> Parsed:
    """Take the code of a kabupaten or kota."""
    return Parsed(lambda value: regions.regency(value).code, **options)


def region(**options: Any) -> Parsed:
    """Take the code of a province or a regency, and give the region."""
    return Parsed(regions.region, **options)


def prose(*, most: int, lines: bool = False, **options: Any) -> Text:
    """Take free text, which the journal keeps for ever: without what looks like a NIK or a card number."""
    return Text(most=most, lines=lines, check=refuse_personal_number, **options)


class Several(ma.fields.List[Any]):
    """A list of so many members; given back as a tuple. `distinct` refuses one that stands there twice."""

    def __init__(
        self,
        of: ma.fields.Field[Any],
        *,
        least: int = 0,
        most: int,
        distinct: bool = False,
        **options: Any,
    ) -> None:
        super().__init__(of, **options)
        self._least, self._most, self._distinct = least, most, distinct

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> Any:
        if not isinstance(value, list):
            raise ma.ValidationError("Send a list.")
        if not self._least <= len(value) <= self._most:
            raise ma.ValidationError(
                f"Send a list of {self._least} to {self._most}; this has {len(value)}."
            )
        members = super()._deserialize(value, attr, data, **options)
        if self._distinct:
            _refuse_repeated(members)
        return tuple(members)


def _refuse_repeated(members: Sequence[Any]) -> None:
    repeated: Mapping[int, list[str]] = {
        index: ["This stands in the list before. Send it once."]
        for index, member in enumerate(members)
        if member in members[:index]
    }
    if repeated:
        raise ma.ValidationError(dict(repeated))


class Member(ma.fields.Field[dict[str, Any]]):
    """An object that is sent whole, even where the object around it may be sent in part."""

    def __init__(self, schema: type[Strict], **options: Any) -> None:
        super().__init__(**options)
        self._whole = schema()

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> dict[str, Any]:
        loaded: dict[str, Any] = self._whole.load(value)
        return loaded


class Decision(Strict):
    """What every decision has: its reason."""

    reason = prose(most=1_000, lines=True, required=True)


class PartOf(Strict):
    """A base for changes: any of the members of the schema beside it, at least one."""

    def __init__(self) -> None:
        super().__init__(partial=True)

    @ma.validates_schema
    def refuse_nothing(self, data: Mapping[str, Any], **_: Any) -> None:
        """Refuse a change that changes nothing."""
        if not data:
            raise ma.ValidationError("Send at least one field to change.")
