"""What counts as assisted, and where and when it counts."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from services.enrolment.domain.assistance import assists, told_of_assistance
from services.enrolment.domain.entry_kinds import EntryKind
from services.enrolment.domain.reports.assistance import (
    EVERYWHERE,
    Assistance,
    Made,
    assistance_of,
    month_of,
    percent,
    tally,
)
from tests.services.enrolment.domain.builders import command
from vocabulary.roles import EVERY_ROLE, HOLDER, OFFICER, OPERATOR

NEW_YEAR = datetime(2026, 12, 31, 17, tzinfo=UTC)
"""When the year begins in Jakarta."""


def made(kind: str, role: str, *, region: str = "17.71", at: datetime = NEW_YEAR) -> Made:
    return Made(kind, region, role, at)


@pytest.mark.parametrize("role", EVERY_ROLE)
def test_officers_and_operators_assist_and_nobody_else(role: str) -> None:
    is_assisting = role in (OFFICER, OPERATOR)
    assert assists(role) is is_assisting
    told = {"assisted": True, "consent": True} if is_assisting else {}
    assert told_of_assistance(role) == told


@pytest.mark.parametrize("role", [OFFICER, OPERATOR])
def test_there_is_no_command_to_enrol_somebody_who_did_not_agree(role: str) -> None:
    with pytest.raises(ValueError, match="agreed"):
        command(role=role)
    assert command(role=role, consent=True).consent


@pytest.mark.parametrize(
    ("kind", "role", "counted"),
    [
        (EntryKind.ENROLMENT_CONFIRMED, HOLDER, Assistance(enrolments=1)),
        (
            EntryKind.ENROLMENT_CONFIRMED,
            OFFICER,
            Assistance(enrolments=1, enrolments_assisted=1),
        ),
        (
            EntryKind.APPLICATION_MADE,
            OPERATOR,
            Assistance(applications=1, applications_assisted=1),
        ),
        (EntryKind.ENROLMENT_CANCELLED, OFFICER, None),
        (EntryKind.APPLICATION_WITHDRAWN, OFFICER, None),
    ],
)
def test_what_is_made_counts_by_who_made_it(
    kind: str, role: str, counted: Assistance | None
) -> None:
    assert assistance_of(made(kind, role)) == counted


def test_it_counts_in_its_region_and_month_and_in_the_month_as_a_whole() -> None:
    confirmed = EntryKind.ENROLMENT_CONFIRMED
    cells = tally(
        [
            made(confirmed, HOLDER),
            made(confirmed, OFFICER),
            made(confirmed, HOLDER, region="11.01"),
            made(confirmed, HOLDER, at=datetime(2026, 12, 31, 16, 59, tzinfo=UTC)),
            made(EntryKind.CARD_AWARDED, OPERATOR),
        ]
    )
    assert cells == {
        ("2027-01", "17.71"): Assistance(enrolments=2, enrolments_assisted=1),
        ("2027-01", "11.01"): Assistance(enrolments=1),
        ("2027-01", EVERYWHERE): Assistance(enrolments=3, enrolments_assisted=1),
        ("2026-12", "17.71"): Assistance(enrolments=1),
        ("2026-12", EVERYWHERE): Assistance(enrolments=1),
    }


def test_months_are_those_of_the_programmes_zone() -> None:
    assert month_of(NEW_YEAR) == "2027-01"


@pytest.mark.parametrize(
    ("part", "whole", "share"), [(0, 0, None), (0, 3, 0.0), (1, 3, 33.3), (3, 3, 100.0)]
)
def test_a_share_has_one_decimal_and_there_is_none_of_nothing(
    part: int, whole: int, share: float | None
) -> None:
    assert percent(part, whole) == share
