"""What the calls about the rules take and answer."""

from __future__ import annotations

from typing import Any

import marshmallow as ma

from chassis.contract import Shown
from chassis.fields import OneOf, Parsed, Strict, Text, Whole, says
from services.enrolment.api.fields import why
from services.enrolment.domain.programme.rule_change import Whom
from vocabulary.rule_set import (
    NUMBERS,
    VERSION,
    form_of,
    may_be_unlimited,
    read_day,
    reader_of,
    row_of,
)

DAY_FORM = {"type": "string", "format": "date", "pattern": "^2[01][0-9]{2}-[0-9]{2}-[0-9]{2}$"}
VERSION_FORM = {"type": "string", "pattern": "^[0-9]{4}-(0[1-9]|1[0-2])[a-z]?$"}


def version_name(value: Any) -> str:
    """Read the name of a version. Raises `ValueError` with the remedy."""
    if not isinstance(value, str) or not VERSION.match(value):
        raise ValueError("Send year and month, such as 2027-01 or 2027-01b.")
    return value


def _numbers(*, required: bool) -> dict[str, ma.fields.Field[Any]]:
    return {
        name: Parsed(
            reader_of(name),
            form=form_of(name),
            required=required,
            allow_none=may_be_unlimited(name),
            metadata=says(f"Row of the programme's table: {row_of(name)}."),
        )
        for name in NUMBERS
    }


RuleChanges = type(
    "RuleChanges",
    (Strict,),
    {"__doc__": "Numbers that are to be others than before.", **_numbers(required=False)},
)
ShownNumbers = type(
    "RuleNumbers", (Shown,), {"__doc__": "Every number of the rules.", **_numbers(required=True)}
)


class RulesPreviewRequest(Strict):
    """Which numbers to change, and from which day on."""

    effective_from = Parsed(
        read_day,
        form=DAY_FORM,
        required=True,
        metadata=says("The day on which it takes effect, when it begins in Asia/Jakarta."),
    )
    changes = ma.fields.Nested(RuleChanges, required=True)


class RulesRequest(RulesPreviewRequest):
    """A new version of the rules."""

    version = Parsed(
        version_name,
        form=VERSION_FORM,
        required=True,
        metadata=says("A name that no version has or had."),
    )
    reason = why(
        required=True, metadata=says("Everybody reads it, as the version's source: a decree.")
    )


class ShownVersion(Shown):
    """A version of the rules: when it holds, and where it comes from."""

    version = Parsed(version_name, form=VERSION_FORM)
    status = OneOf(
        ("past", "in-force", "scheduled", "withdrawn"),
        metadata=says(
            "`withdrawn` is told once, to whoever withdraws it: then it is no version any more."
        ),
    )
    effective_from = Parsed(read_day, form=DAY_FORM, metadata=says("Its first day."))
    effective_until = Parsed(
        read_day,
        form=DAY_FORM,
        allow_none=True,
        metadata=says("The first day on which it does not hold; null where no other follows."),
    )
    source = Text(most=500, lines=True, metadata=says("A decree, or why it was scheduled."))


class ShownVersions(Shown):
    """Every version of the rules, the earliest first."""

    items = ma.fields.List(ma.fields.Nested(ShownVersion))


class ShownRules(ShownVersion):
    """A version of the rules with all its numbers."""

    rules = ma.fields.Nested(ShownNumbers)


class ShownChange(Shown):
    """A number that changes, for somebody for whom it makes a difference."""

    number = OneOf(tuple(NUMBERS))
    row = Text(metadata=says("Its row in the programme's table of rules."))
    before = ma.fields.Raw(allow_none=True)
    after = ma.fields.Raw(allow_none=True)
    whom = OneOf(tuple(Whom), metadata=says("For whom it makes a difference."))
    cards = Whole(
        allow_none=True, metadata=says("How many cards that is now; null for those who come.")
    )


class ShownPreview(Shown):
    """What a new version would change; nothing is scheduled by it."""

    follows = Parsed(
        version_name, form=VERSION_FORM, metadata=says("The version that holds before it.")
    )
    changes = ma.fields.List(ma.fields.Nested(ShownChange))
