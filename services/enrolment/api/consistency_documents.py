"""What is told of whether tables and entries agree."""

from __future__ import annotations

import marshmallow as ma

from chassis.contract import Shown
from chassis.fields import Flag, InstantField, OneOf, Text, Whole, says
from services.enrolment.queries.followers import FOLLOWED


class Disagreement(Shown):
    """A place at which a table and the entries do not say the same."""

    SOMETIMES = frozenset({"until", "table", "entries"})

    what = Text(most=200)
    id = ma.fields.Raw(metadata=says("The key of the row, or the position of the entry."))
    table = ma.fields.Raw(allow_none=True, metadata=says("What the row says."))
    entries = ma.fields.Raw(allow_none=True, metadata=says("What the entries come to."))
    until = ma.fields.Raw(metadata=says("Where a range ends that could not be compared."))


class Checked(Shown):
    """How many rows were compared this time."""

    waves = Whole()
    quotas = Whole()
    admissions = Whole()
    admission_files = Whole()
    draws = Whole()
    applications = Whole()
    classes = Whole()
    suspensions = Whole()
    cards = Whole()
    suppression_lists = Whole()
    enrolments = Whole()
    places = Whole(metadata=says("In the waiting lists of classes."))
    evidence = Whole()
    movements = Whole()
    corrections = Whole()
    incentives = Whole()
    account_days = Whole()
    exclusion_lists = Whole()
    exclusion_cases = Whole()
    journal_entries = Whole()


class Following(Shown):
    """How current is what enrolment copies (`catalog`) and counts for the reports (`realisation`)."""

    source = OneOf(FOLLOWED)
    checked_at = InstantField(
        allow_none=True, metadata=says("When it last had read everything that there was.")
    )
    stands_still = Flag(
        metadata=says(
            "That was over a minute ago: enrolment's worker is down, or its log says why."
        )
    )


class ConsistencyReport(Shown):
    """Whether tables and entries agree: no difference means that they do."""

    checked = ma.fields.Nested(Checked)
    followers = ma.fields.List(ma.fields.Nested(Following))
    differences = ma.fields.List(ma.fields.Nested(Disagreement))
    truncated = Flag(metadata=says("It stopped early; next_cursor says where to go on."))
    next_cursor = ma.fields.String(allow_none=True)
