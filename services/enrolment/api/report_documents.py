"""What the reports answer, as the contract describes it."""

from __future__ import annotations

from typing import Any

import marshmallow as ma

from chassis.contract import Shown
from chassis.fields import Exact, Flag, OneOf, Parsed, Text, Whole, says
from services.enrolment.domain.reports.disclosure import AT_LEAST, BELOW
from services.enrolment.domain.reports.realisation import Dimension
from services.enrolment.domain.reports.rounding import FEW
from vocabulary.dates import parse_date
from vocabulary.forms import DATE, REGENCY
from vocabulary.regions import region_code


class Number(Exact[int | str]):
    """A number of people, or what the public is shown in the place of a small one."""

    def form(self) -> dict[str, Any]:
        """Return both."""
        return {"oneOf": [{"type": "integer", "minimum": 0}, {"enum": [BELOW, AT_LEAST]}]}


class PublicCount(Exact[int | str]):
    """A number of places, or what the public is shown in the place of a small one."""

    def form(self) -> dict[str, Any]:
        """Return both."""
        return {"oneOf": [{"type": "integer", "minimum": 0}, {"enum": [FEW]}]}


def regency() -> Parsed:
    """Show the code of a regency."""
    return Parsed(region_code, form=REGENCY)


class Counted(Shown):
    """What is counted of some enrolments."""

    enrolled = Number(metadata=says("Enrolments that were not cancelled."))
    started = Number(metadata=says("Those of them whose training was begun."))
    cancelled = Number(metadata=says("Enrolments that were cancelled."))
    amount = Whole(
        allow_none=True,
        metadata=says(
            "Rupiah set aside for the enrolments, to the public in hundreds of millions; null where enrolled is hidden."
        ),
    )


class CountedRow(Counted):
    """The counts of one code."""

    name = Text(allow_none=True, metadata=says("What the code is called, where it is known here."))


class Difference(Shown):
    """What the rows and what is unassigned count more than the total, which is counted apart: nothing of anything."""

    enrolled = Whole(least=-(2**53))
    started = Whole(least=-(2**53))
    cancelled = Whole(least=-(2**53))
    amount = Whole(least=-(2**53))


class Agreement(Shown):
    """Whether the report adds up, and how much of the journal it counts."""

    agrees = Flag()
    difference = ma.fields.Nested(Difference)
    counted_to = Whole(metadata=says("The last position of the journal that is counted."))
    journal_size = Whole(metadata=says("The last position of the journal."))


class FormerCode(Shown):
    """A region's code that was abolished: what was counted under it is counted under its successor."""

    code = Text(most=5)
    successor = regency()
    since = Parsed(parse_date, form=DATE, metadata=says("The day of the law that abolished it."))


def former_codes() -> ma.fields.Field[Any]:
    """Show which codes were abolished."""
    return ma.fields.List(
        ma.fields.Nested(FormerCode),
        metadata=says(
            "Of a report by regions: codes that were abolished, whose counts follow their successors."
        ),
    )


class RealisationReport(Shown):
    """How many took part, by codes of one kind."""

    by = OneOf(tuple(dimension.value for dimension in Dimension))
    rows = ma.fields.Dict(keys=ma.fields.String(), values=ma.fields.Nested(CountedRow))
    unassigned = ma.fields.Nested(Counted)
    total = ma.fields.Nested(Counted)
    former_codes = former_codes()
    reconciliation = ma.fields.Nested(Agreement)


class MatchedLabel(Shown):
    """A row whose label names one regency."""

    label = Text()
    code = regency()
    count = Whole()


class AmbiguousLabel(Shown):
    """A label that may stand for several regencies."""

    label = Text()
    codes = ma.fields.List(regency())


class CheckedTable(Shown):
    """What is wrong with a table."""

    sum = Whole(metadata=says("What the rows add up to."))
    stated_total = Whole()
    difference = Whole(least=-(2**53), metadata=says("The sum less the stated total."))
    matched = ma.fields.List(ma.fields.Nested(MatchedLabel))
    repeated = ma.fields.List(
        Text(), metadata=says("Labels of regencies that stand more than once.")
    )
    missing = ma.fields.List(regency(), metadata=says("Regencies that no row names."))
    unknown_labels = ma.fields.List(
        Text(),
        data_key="unknown",  # marshmallow has a meaning of its own for this name
        metadata=says("Labels that name no regency of the province."),
    )
    ambiguous = ma.fields.List(ma.fields.Nested(AmbiguousLabel))
