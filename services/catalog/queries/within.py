"""The condition that something is within a reach: what `Reach.has` says, in SQL."""

from __future__ import annotations

import sqlalchemy as sa

from services.catalog.domain.reach import Reach


def within(reach: Reach, provider_id: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    """Return the condition that a provider's things are within a reach, by the column that names the provider."""
    if reach.everything:
        return sa.true()
    return sa.false() if reach.provider_id is None else provider_id == reach.provider_id
