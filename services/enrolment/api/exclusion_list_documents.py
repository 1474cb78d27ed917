"""What calls about lists of people who may hold no card take and answer."""

from __future__ import annotations

from typing import Any

import marshmallow as ma

from chassis.contract import Shown, page_of
from chassis.fields import (
    InstantField,
    OneOf,
    PageQuery,
    Parsed,
    Reference,
    Strict,
    Text,
    Whole,
    says,
)
from services.enrolment.api.fields import why
from services.enrolment.api.previews import preview_field
from services.enrolment.api.rule_documents import DAY_FORM
from services.enrolment.domain.exclusion.exclusion_list import ListState
from vocabulary.nik import refuse_personal_number
from vocabulary.rule_set import GROUPS, read_day

_STANDS = "Its file is awaited, coming or there; it is in force, was so until a later one was, or was taken back."


def group(**options: Any) -> OneOf:
    """Take or show a group of people."""
    return OneOf(GROUPS, **options)


class ListsQuery(PageQuery):
    """Which lists."""

    group = group(load_default=None, metadata=says("Only lists of this group."))
    status = OneOf(
        tuple(state.value for state in ListState),
        load_default=None,
        metadata=says("Only those that stand so now."),
    )


class ListRequest(Strict):
    """A list that is to be imported."""

    group = group(required=True)
    issuer = Text(
        most=200,
        required=True,
        check=refuse_personal_number,
        metadata=says("Who keeps the list, and where it is from: an office and a letter."),
    )
    as_of = Parsed(
        read_day, form=DAY_FORM, required=True, metadata=says("The day on which it was true.")
    )
    reason = why(required=True)


class ActivationRequest(Strict):
    """What was seen of what putting a list in force does."""

    preview = preview_field("`GET /exclusion-lists/{id}/preview`", required=True)


class ListWithdrawn(Shown):
    """That a list was taken back."""

    at = InstantField()
    by = Text(most=128, metadata=says("The subject of the credential."))
    reason = Text(most=500, lines=True)


class ShownList(Shown):
    """A version of a group's list of people who may hold no card."""

    id = Reference()
    group = group()
    number = Whole(least=1, metadata=says("Counts the versions of the group's list."))
    issuer = Text(most=200)
    as_of = Parsed(read_day, form=DAY_FORM)
    reason = Text(most=500, lines=True)
    status = OneOf(tuple(ListState), metadata=says(_STANDS))
    announced_by = Text(most=128, metadata=says("The subject of the credential."))
    announced_at = InstantField()
    received_at = InstantField(allow_none=True, metadata=says("When all of it was there."))
    rows = Whole(metadata=says("How many rows its file has."))
    listed = Whole(metadata=says("How many people are on it."))
    duplicates = Whole(metadata=says("How many rows repeat a NIK that stands before."))
    refused = Whole(metadata=says("How many rows hold no NIK."))
    activated_by = Text(most=128, allow_none=True)
    activated_at = InstantField(allow_none=True, metadata=says("When it was put in force."))
    follows = Reference(allow_none=True, metadata=says("The list whose place it took."))
    out_of_force_at = InstantField(allow_none=True)
    withdrawn = ma.fields.Nested(ListWithdrawn, allow_none=True)
    forgotten_at = InstantField(
        allow_none=True, metadata=says("When it was destroyed who was on it; the rest stays.")
    )
    checked = Whole(
        metadata=says("How many persons with a card were looked through since it is in force.")
    )
    checked_at = InstantField(allow_none=True, metadata=says("When all of them were."))
    cases = Whole(metadata=says("How many cases it opened."))


ShownLists = page_of(ShownList, name="ExclusionLists")


class ShownActivation(Shown):
    """What putting a list in force would do now."""

    in_the_place_of = Reference(allow_none=True, metadata=says("The list that is in force."))
    listed = Whole()
    added = Whole(metadata=says("How many people are on it who are not on that one."))
    removed = Whole(metadata=says("How many people are on that one and not on it."))
    cards = Whole(
        metadata=says("How many live cards are held by people on it whom their rules refuse.")
    )
    preview = preview_field("")


class RefusedLine(Shown):
    """A line of a file that holds no NIK."""

    line = Whole(least=2, metadata=says("In the file as it was sent; the header is line 1."))
    fault = Text(most=500, metadata=says("What is wrong with it; nothing of it is repeated."))


RefusedLines = page_of(RefusedLine, name="ExclusionListRefusals")
