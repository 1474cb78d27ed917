"""Quotas: what they count, their places, how many are used and left; to the public in tens."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from chassis.pagination import Page
from services.enrolment.domain.programme.quota import Quota, under_rules
from services.enrolment.domain.reports.rounding import in_tens, left_in_tens
from services.enrolment.storage.quotas import quota_of
from services.enrolment.storage.tables.programme import QUOTA
from vocabulary.regions import codes_kept_for
from vocabulary.rule_set import RuleSet

Q = QUOTA.c


def list_quotas(
    connection: sa.Connection,
    page: Page,
    *,
    filters: Mapping[str, str | None],
    exact: bool,
    rules: RuleSet,
) -> dict[str, Any]:
    """Return quotas, the newest first, the programme's own last; filters: `wave_id`, `scheme`, `region`, `cluster`.

    A filter finds the quotas that are of exactly that, not those that leave it open. Unless they are to be `exact`,
    counts are those that the public sees.
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
        present=lambda row: quota_document(under_rules([quota_of(row)], rules)[0], exact=exact),
        key=lambda row: str(row.quota_id),
    )


def quota_document(quota: Quota, *, exact: bool) -> dict[str, Any]:
    """Write a quota, with its counts as they are or as the public sees them."""
    return {
        "id": quota.quota_id,
        "wave_id": quota.wave_id,
        "scheme": quota.reach.scheme,
        "region": quota.reach.region,
        "set_for": quota.set_for,
        "cluster": quota.reach.cluster,
        "places": quota.places,
        **counts_of(quota, exact=exact),
    }


def counts_of(quota: Quota, *, exact: bool) -> dict[str, Any]:
    """Return the places of a quota that are used and left, as they are or as the public sees them."""
    if exact:
        return {"used": quota.used, "left": quota.left}
    return {"used": in_tens(quota.used), "left": left_in_tens(quota)}
