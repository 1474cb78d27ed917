"""The quotas of a wave as one table: target, used and left of each, and what is wrong with the table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from itertools import chain
from types import MappingProxyType
from typing import Any, Final

import sqlalchemy as sa

from services.enrolment.domain.programme.quota import Quota, under_rules
from services.enrolment.domain.reports.quota_table import QuotaTableCheck, check_quota_table
from services.enrolment.domain.reports.region_codes import former_codes
from services.enrolment.queries.quotas import counts_of
from services.enrolment.storage.stores import Stores
from vocabulary.regions import region
from vocabulary.rule_set import RuleSet


def quota_report(
    connection: sa.Connection,
    wave_id: str | None,
    *,
    exact: bool,
    rules: RuleSet,
    stores: Stores,
) -> dict[str, Any] | None:
    """Report on the quotas of a wave, or without one on the programme's; None where there is no such wave.

    Unless it is to be `exact`, counts are those that the public sees, and what is found is about targets only.
    """
    wave = None if wave_id is None else stores.waves.read(connection, wave_id)
    if wave_id is not None and wave is None:
        return None
    found = under_rules(stores.quotas.read(connection, wave_id), rules)
    quotas = sorted((each for each in found if each.wave_id == wave_id), key=_in_order)
    check = check_quota_table(quotas)
    check = check if exact else check.of_targets()
    flags = _flags(check)
    return {
        "wave_id": wave_id,
        "wave_name": None if wave is None else wave.name,
        "rows": [_row(quota, flags.get(quota.quota_id, []), exact=exact) for quota in quotas],
        **_found(check),
        "former_codes": former_codes(),
    }


def quota_rows(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return a report as the rows of a table, each with its wave, and its flags as one text."""
    wave = {name: document[name] for name in ("wave_id", "wave_name")}
    return [{**wave, **row, "flags": " ".join(row["flags"])} for row in document["rows"]]


_NAMES: Final[Mapping[str, str]] = MappingProxyType({"places": "target", "used": "used"})
"""The numbers of a quota as a report calls them."""


def _found(check: QuotaTableCheck) -> dict[str, Any]:
    """Write what is wrong with the table."""
    return {
        "repeated": [list(ids) for ids in check.repeated],
        "missing": [{**asdict(each), "regions": list(each.regions)} for each in check.missing],
        "differences": [
            {**asdict(each), "number": _NAMES[each.number], "difference": each.difference}
            for each in check.differences
        ],
    }


def _in_order(quota: Quota) -> tuple[str, str, str]:
    reach = quota.reach
    return (reach.scheme or "", reach.region or "", reach.cluster or "")


def _row(quota: Quota, flags: Sequence[str], *, exact: bool) -> dict[str, Any]:
    overdrawn = ["overdrawn"] if exact and quota.is_overdrawn else []
    return {
        "quota_id": quota.quota_id,
        "scheme": quota.reach.scheme,
        "region": quota.reach.region,
        "region_name": None if quota.reach.region is None else _name(quota.reach.region),
        "set_for": quota.set_for,
        "cluster": quota.reach.cluster,
        "target": quota.places,
        **counts_of(quota, exact=exact),
        "flags": [*flags, *overdrawn],
    }


def _flags(check: QuotaTableCheck) -> dict[str, list[str]]:
    """Return by its id what is wrong with a quota."""
    flags: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for quota_id in chain.from_iterable(check.repeated):
        flags[quota_id]["repeated"] = None
    for each in check.differences:
        flags[each.quota_id][f"{_NAMES[each.number]}-differs"] = None
    return {quota_id: list(found) for quota_id, found in flags.items()}


def _name(code: str) -> str:
    found = region(code)
    return getattr(found, "full_name", found.name)
