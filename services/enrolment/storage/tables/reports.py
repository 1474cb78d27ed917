"""What the reports count."""

from __future__ import annotations

import sqlalchemy as sa

from services.enrolment.storage.tables.metadata import METADATA

REALISATION = sa.Table(
    "realisation",
    METADATA,
    sa.Column("dimension", sa.String(16), primary_key=True),
    sa.Column("code", sa.String(36), primary_key=True),
    sa.Column("enrolled", sa.BigInteger, nullable=False),
    sa.Column("started", sa.BigInteger, nullable=False),
    sa.Column("cancelled", sa.BigInteger, nullable=False),
    sa.Column("amount", sa.BigInteger, nullable=False),
    sa.CheckConstraint(
        "enrolled >= started and started >= 0 and cancelled >= 0 and amount >= 0",
        name="realisation_counts_what_happened",
    ),
)


ASSISTANCE = sa.Table(
    "assistance",
    METADATA,
    sa.Column("month", sa.String(7), primary_key=True),
    sa.Column("region", sa.String(5), primary_key=True),
    sa.Column("enrolments", sa.BigInteger, nullable=False),
    sa.Column("enrolments_assisted", sa.BigInteger, nullable=False),
    sa.Column("applications", sa.BigInteger, nullable=False),
    sa.Column("applications_assisted", sa.BigInteger, nullable=False),
    sa.CheckConstraint(
        "enrolments >= enrolments_assisted and enrolments_assisted >= 0"
        " and applications >= applications_assisted and applications_assisted >= 0",
        name="assistance_is_a_part",
    ),
)
"""Enrolments and applications of a month by the regency where the person lived then, and how many were assisted; under
an empty region those of the month, counted apart.
"""
