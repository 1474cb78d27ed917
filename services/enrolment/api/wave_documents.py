"""What calls about waves take and answer."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

import marshmallow as ma

from chassis.contract import Shown, page_of
from chassis.fields import (
    InstantField,
    OneOf,
    PageQuery,
    Reference,
    Strict,
    Text,
    Whole,
    refuse_empty_span,
    says,
)
from services.enrolment.api.draw_documents import Draw
from services.enrolment.domain.programme.wave import Selection
from vocabulary.nik import refuse_personal_number


class WavesQuery(PageQuery):
    """Which waves: all of them."""


class WaveRequest(Strict):
    """A wave, its window, and how it chooses."""

    BESIDES = MappingProxyType(
        {
            "anyOf": [
                {
                    "properties": {"selection": {"const": Selection.DRAW.value}},
                    "required": ["selection", "outside_source"],
                },
                {
                    "properties": {"selection": {"const": Selection.FIRST_COME.value}},
                    "not": {"required": ["outside_source"]},
                },
            ]
        }
    )

    name = Text(most=120, required=True, check=refuse_personal_number)
    opens_at = InstantField(required=True)
    closes_at = InstantField(required=True)
    selection = OneOf(
        tuple(selection.value for selection in Selection),
        load_default=Selection.FIRST_COME.value,
        metadata=says(
            "`first-come` admits candidates as they are sent; `draw` takes applications in the window and admits in a"
            " drawn order."
        ),
    )
    outside_source = Text(
        most=500,
        check=refuse_personal_number,
        metadata=says(
            "Only of a draw: which random value of somebody else's it will take, such that nobody can choose one:"
            " `drand quicknet, the first round after 20:00 UTC on the day after the window closes`."
        ),
    )

    @ma.validates_schema
    def check_window(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse a window that ends before it starts."""
        refuse_empty_span(data, "opens_at", "closes_at")

    @ma.validates_schema
    def check_source(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse a draw that does not say where its outside value comes from, and another wave that does."""
        draws = data["selection"] == Selection.DRAW.value
        if draws and "outside_source" not in data:
            raise ma.ValidationError(
                "Say where the draw's outside value comes from.", "outside_source"
            )
        if not draws and "outside_source" in data:
            raise ma.ValidationError(
                "Remove this: only a draw has an outside value.", "outside_source"
            )


class Wave(Shown):
    """A wave: one round of selection with its window."""

    id = Reference()
    name = Text(most=120)
    opens_at = InstantField()
    closes_at = InstantField(
        metadata=says(
            "From this instant on nobody is admitted any more; where it draws, nobody applies any more."
        )
    )
    admitted = Whole(metadata=says("How many people were awarded a card in it."))
    selection = OneOf(
        tuple(Selection), metadata=says("Whether it admits candidates or draws among applications.")
    )
    draw = ma.fields.Nested(
        Draw, allow_none=True, metadata=says("How far its draw is; null where it does not draw.")
    )


Waves = page_of(Wave, name="Waves")
