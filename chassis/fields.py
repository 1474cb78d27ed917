"""marshmallow fields that take exactly what they say: no coercion, no surprise."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import islice
from typing import Any, ClassVar, TypeVar

import marshmallow as ma

from chassis.identifiers import is_id
from chassis.pagination import DEFAULT_LIMIT, MOST, Page, find_place, listing_of
from chassis.problems import MOST_TOLD, FieldError, ValidationFailed, pointer_step
from chassis.text_form import is_readable, pattern_of

ma.fields.Field.default_error_messages = {
    **ma.fields.Field.default_error_messages,
    "required": "Send this field.",
    "null": "Send a value, not null.",
}
ma.fields.String.default_error_messages["invalid"] = "Send text."
ma.fields.List.default_error_messages["invalid"] = "Send a list."
"""marshmallow's own words for these name no remedy."""

ID_FORM: Mapping[str, Any] = {
    "type": "string",
    "format": "uuid",
    "pattern": "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$",
}
"""An id as JSON Schema has it."""

_INSTANT = r"^2[01][0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})$"
"""What a field takes, in the regular expressions of JSON Schema (ECMA-262)."""

LARGEST = 2**53 - 1
"""The largest whole number that every JSON reader keeps exact."""

_RFC_3339 = re.compile(
    r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})\Z"
)


Value = TypeVar("Value")


class Exact(ma.fields.Field[Value], ABC):
    """A field that says itself what it takes, so that the contract cannot say something else."""

    @abstractmethod
    def form(self) -> dict[str, Any]:
        """Return what is taken as JSON Schema (2020-12) has it. It describes; `_deserialize` judges."""


def says(description: str) -> dict[str, str]:
    """Return a field's `metadata` with what the contract says of it."""
    return {"description": description}


class Text(Exact[str]):
    """Text of so many characters that can be read (`chassis.text_form`); white space around it is refused, not trimmed.

    `check` raises `ValueError` with the remedy for a text that is not wanted for what it says.
    """

    def __init__(
        self,
        *,
        least: int = 1,
        most: int = 200,
        lines: bool = False,
        check: Callable[[str], None] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self._least, self._most, self._check = least, most, check
        self._pattern = pattern_of(several_lines=lines, may_be_empty=least == 0)

    def form(self) -> dict[str, Any]:
        """Return lengths, and what the text may hold."""
        return {
            "type": "string",
            "minLength": self._least,
            "maxLength": self._most,
            "pattern": self._pattern,
        }

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> str:
        if not isinstance(value, str):
            raise ma.ValidationError("Send text.")
        if not self._least <= len(value) <= self._most:
            raise ma.ValidationError(
                f"Send {self._least} to {self._most} characters; this has {len(value)}."
            )
        if value != value.strip():
            raise ma.ValidationError("Remove the white space around the text.")
        if not is_readable(value, self._pattern):
            raise ma.ValidationError("Remove control characters and other unprintable characters.")
        if self._check is not None:
            _refuse_by(self._check, value)
        return value


def _refuse_by(check: Callable[[str], None], value: str) -> None:
    try:
        check(value)
    except ValueError as error:
        raise ma.ValidationError(str(error)) from None


class Whole(Exact[int]):
    """A whole number within bounds; neither `1.0` nor `"1"` nor `true`."""

    def __init__(self, *, least: int = 0, most: int = LARGEST, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._least, self._most = least, most

    def form(self) -> dict[str, Any]:
        """Return the bounds."""
        return {"type": "integer", "minimum": self._least, "maximum": self._most}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool):
            raise ma.ValidationError(
                "Send a whole number, without quotes and without a decimal point."
            )
        if not self._least <= value <= self._most:
            raise ma.ValidationError(f"Send a number from {self._least} to {self._most}.")
        return value


class Flag(Exact[bool]):
    """`true` or `false`, nothing that resembles them."""

    def form(self) -> dict[str, Any]:
        """Return the two words."""
        return {"type": "boolean"}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> bool:
        if not isinstance(value, bool):
            raise ma.ValidationError("Send true or false.")
        return value


class Reference(Exact[str]):
    """The id of something: a UUID in its canonical lower-case form."""

    def form(self) -> dict[str, Any]:
        """Return the form of an id."""
        return dict(ID_FORM)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> str:
        if not isinstance(value, str) or not is_id(value):
            raise ma.ValidationError("Send an id as an earlier answer gave it (a lower-case UUID).")
        return value


class InstantField(Exact[datetime]):
    """An RFC 3339 instant with its offset; given back in UTC."""

    def form(self) -> dict[str, Any]:
        """Return the form of an instant, with the years it may lie in."""
        return {"type": "string", "format": "date-time", "pattern": _INSTANT}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> datetime:
        if isinstance(value, str) and _RFC_3339.match(value.replace(" ", "+")) and " " in value:
            raise ma.ValidationError(
                "Write the + of the offset as %2B: in an address a plain + stands for a space."
            )
        if not isinstance(value, str) or not _RFC_3339.match(value):
            raise ma.ValidationError(
                "Send an instant such as 2026-12-01T08:00:00Z, with Z or an offset."
            )
        try:
            instant = datetime.fromisoformat(value).astimezone(UTC)
        except (ValueError, OverflowError):
            raise ma.ValidationError("There is no such day or hour in the calendar.") from None
        if not 2000 <= instant.year <= 2199:
            raise ma.ValidationError("Send an instant between the years 2000 and 2199.")
        return instant


class OneOf(Exact[str]):
    """One of the named words."""

    def __init__(self, words: tuple[str, ...], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.words = words

    def form(self) -> dict[str, Any]:
        """Return the words."""
        return {"type": "string", "enum": [str(word) for word in self.words]}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> str:
        if value not in self.words:
            raise ma.ValidationError(f"Send one of: {', '.join(self.words)}.")
        return str(value)


class Parsed(Exact[Any]):
    """Whatever a parser makes of the value; the parser's `ValueError` becomes the message.

    `form` is what the parser takes, as JSON Schema has it.
    """

    def __init__(
        self, parser: Callable[[Any], Any], *, form: Mapping[str, Any], **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self._parser, self._form = parser, form

    def form(self) -> dict[str, Any]:
        """Return what the parser takes."""
        return dict(self._form)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> Any:
        try:
            return self._parser(value)
        except ValueError as error:
            raise ma.ValidationError(str(error)) from None


class QueryWhole(Whole):
    """A whole number in a query string: ASCII digits only."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        if (
            not isinstance(value, str)
            or not value.isascii()
            or not value.isdigit()
            or len(value) > 16
        ):
            raise ma.ValidationError(f"Send digits only, from {self._least} to {self._most}.")
        return super()._deserialize(int(value), attr, data, **kwargs)


class QueryFlag(Flag):
    """`true` or `false` in a query string."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        return super()._deserialize(
            {"true": True, "false": False}.get(value, value), attr, data, **kwargs
        )


class Strict(ma.Schema):
    """A schema that refuses members it does not know, by name."""

    class Meta:
        unknown = ma.RAISE

    error_messages: ClassVar[dict[str, str]] = {  # type: ignore[misc]
        "unknown": "There is no such field here. Remove it.",
        "type": "Send an object.",
    }

    BESIDES: ClassVar[Mapping[str, Any]] = {}
    """What a rule about several members comes to in JSON Schema, as far as that can say it."""


class CursorQuery(Strict):
    """What every walk takes: where to go on. What is loaded holds a `Place` as `place`.

    What stands in `BESIDE` narrows nothing, so it may differ from one step of a walk to the next.
    """

    BESIDE: ClassVar[frozenset[str]] = frozenset({"cursor", "limit"})

    cursor = ma.fields.String(
        load_default=None,
        metadata=says("Where to go on: `next_cursor` of the answer before, as it was given."),
    )

    def is_key(self, text: str) -> bool:
        """Tell whether a text is such as the keys of this list are."""
        return is_id(text)

    @ma.post_load
    def read_place(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Turn the cursor into the place. Raises `ValidationFailed` where another list made it."""
        narrowed = {name: value for name, value in data.items() if name not in self.BESIDE}
        listing = listing_of(type(self).__name__, narrowed)
        place = find_place(data.pop("cursor"), listing=listing, is_key=self.is_key)
        return {**data, "place": place}


class PageQuery(CursorQuery):
    """What every list takes: how many, and where to go on. What is loaded holds a `Page` as `page`."""

    limit = QueryWhole(
        least=1, most=MOST, load_default=DEFAULT_LIMIT, metadata=says("How many at most.")
    )

    @ma.post_load
    def read_place(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Turn cursor and limit into the page. Raises `ValidationFailed` as above."""
        loaded = super().read_place(data)
        place, limit = loaded.pop("place"), loaded.pop("limit")
        return {**loaded, "page": Page(place.listing, place.after, limit)}


def refuse_empty_span(data: Mapping[str, Any], begins: str, ends: str) -> None:
    """Refuse two instants (each may be None) with nothing between them. Raises `ValidationError` of marshmallow."""
    if data[begins] and data[ends] and data[begins] >= data[ends]:
        raise ma.ValidationError(f"Send an instant later than {begins}.", ends)


def load(schema: ma.Schema, data: Any) -> dict[str, Any]:
    """Load data through a schema. Raises `ValidationFailed` with a pointer for each field that is wrong."""
    try:
        loaded: dict[str, Any] = schema.load(data)
    except ma.ValidationError as error:
        errors = _field_errors(error.messages, pointer="")
        raise ValidationFailed(errors=list(islice(errors, MOST_TOLD))) from None
    return loaded


def _field_errors(messages: Any, *, pointer: str) -> Iterator[FieldError]:
    if not isinstance(messages, Mapping):
        yield from (FieldError(pointer, str(message)) for message in messages)
        return
    for name, inner in messages.items():
        step = "" if name == "_schema" else pointer_step(name)
        yield from _field_errors(inner, pointer=pointer + step)
