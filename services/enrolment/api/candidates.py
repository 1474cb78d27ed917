"""Candidates as they are sent, read one by one: what is wrong with one is told of that one alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chassis.fields import load
from chassis.problems import FieldError, Problem, ValidationFailed
from services.enrolment.api.admission_documents import CandidateRow
from services.enrolment.domain.csv_lines import Unreadable, Values
from services.enrolment.domain.programme.award import Candidate
from services.enrolment.domain.programme.candidate_lines import COLUMNS, ERASED
from services.enrolment.domain.programme.card import Scheme
from vocabulary.refusals.admission import NikAlreadyHeld

_CANDIDATE = CandidateRow()
_TEST_NUMBER = "A NIK that ends in 0000 is issued to nobody and for tests only. Send that of the identity card."


def read_candidate(row: object, *, takes_test_numbers: bool) -> Candidate | Problem:
    """Read a candidate, or return the refusal that its form earns."""
    try:
        return candidate_of(load(_CANDIDATE, row), takes_test_numbers=takes_test_numbers)
    except ValidationFailed as refusal:
        return refusal


def candidate_of(fields: Mapping[str, Any], *, takes_test_numbers: bool) -> Candidate:
    """Make a candidate of the fields of a row. Raises `ValidationFailed` for a NIK that is for tests only."""
    if fields["nik"].is_test_number and not takes_test_numbers:
        raise ValidationFailed(errors=[FieldError("/nik", _TEST_NUMBER)])
    return Candidate(
        nik=fields["nik"].number,
        family_card=fields["family_card"],
        name=fields["name"],
        birth_date=fields["birth_date"],
        region=fields["regency"],
        cluster=fields["cluster"],
        scheme=Scheme(fields["scheme"]),
    )


def read_line(values: Values, *, takes_test_numbers: bool) -> Candidate | Problem:
    """Read a candidate from the values of a line, as `read_candidate` does; an empty cluster is none.

    A person who was erased held a card: the line is refused as any other that names such a person.
    """
    if values == ERASED:
        return NikAlreadyHeld()
    if isinstance(values, Unreadable):
        return ValidationFailed(values.fault)
    if len(values) != len(COLUMNS):
        return ValidationFailed(
            f"This line has {len(values)} of {len(COLUMNS)} values. Values are parted by commas; one that holds a comma"
            " stands in quotes."
        )
    row: dict[str, str | None] = dict(zip(COLUMNS, values, strict=True))
    row["cluster"] = row["cluster"] or None
    return read_candidate(row, takes_test_numbers=takes_test_numbers)
