"""Quotas as everybody sees them: what they count, their places, how many are used and left."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from chassis.pagination import Page
from services.enrolment.domain.programme.quota import Quota, under_rules
from services.enrolment.storage.quotas import quota_of
from services.enrolment.storage.tables.programme import QUOTA
from vocabulary.regions import codes_kept_for
from vocabulary.rule_set import RuleSet

Q = QUOTA.c


def list_quotas(
    connection: sa.Connection, page: Page, *, filters: Mapping[str, str | None], rules: RuleSet
) -> dict[str, Any]:
    """Return quotas, the newest first, the programme's own last; filters: `wave_id`, `scheme`, `region`, `cluster`.

    A filter finds the quotas that are of exactly that, not those that leave it open.
    """
    query = sa.select(QUOTA).order_by(Q.quota_id.desc()).limit(page.limit + 1)
    for name, sought in filters.items():
        if sought is not None:
            codes = codes_kept_for(sought) if name == "region" else (sought,)
            query = query.where(Q[name].in_(codes))
    if page.after is not None:
        query = query.where(Q.quota_id < page.after)
    rows = connection.execute(query).all()
    return page.of(
        rows,
        present=lambda row: quota_document(under_rules([quota_of(row)], rules)[0]),
        key=lambda row: str(row.quota_id),
    )


def quota_document(quota: Quota) -> dict[str, Any]:
    """Write a quota."""
    return {
        "id": quota.quota_id,
        "wave_id": quota.wave_id,
        "scheme": quota.reach.scheme,
        "region": quota.reach.region,
        "set_for": quota.set_for,
        "cluster": quota.reach.cluster,
        "places": quota.places,
        "used": quota.used,
        "left": quota.left,
    }
