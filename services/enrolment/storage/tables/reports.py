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
