"""marshmallow fields made of others: lists within bounds, objects within objects, rows that are judged later."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import marshmallow as ma

from chassis.fields import Strict


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

    def bounds(self) -> dict[str, Any]:
        """Return how many members are taken, as JSON Schema has it."""
        distinct = {"uniqueItems": True} if self._distinct else {}
        return {"minItems": self._least, "maxItems": self._most, **distinct}

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
        self.schema = schema
        self._whole = schema()

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> dict[str, Any]:
        loaded: dict[str, Any] = self._whole.load(value)
        return loaded


class JudgedByItself(ma.fields.Raw):
    """A row that is taken as it comes: the handler reads each by itself with a schema, and refuses each by itself."""

    def __init__(self, schema: type[Strict], **kwargs: Any) -> None:
        super().__init__(allow_none=True, **kwargs)
        self.schema = schema
