"""Asking what the rules say, and what was answered."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from chassis.clock import utc_now
from services.enrolment.storage.tables.programme import RULE_VERSION
from tests.services.enrolment.house import DAY, House, document

PERSON = {"birth_date": "1990-05-02", "regency": "32.73", "scheme": "digital"}
BALANCE = 3_500_000


def explain(house: House, body: dict[str, Any], role: str = "operator", **claims: Any) -> Any:
    return house.post("/rules/explanation", body, role, **claims)


def explained(house: House, body: dict[str, Any], role: str = "operator", **claims: Any) -> Any:
    return document(explain(house, body, role, **claims))


def of_candidate(house: House, **changes: Any) -> Any:
    asked: dict[str, Any] = {
        name: changes.pop(name) for name in ("version", "date") if name in changes
    }
    return explained(house, {"candidate": {**PERSON, **changes}, **asked})


def check(explanation: Any, rule: str) -> Any:
    [found] = [each for each in explanation["checks"] if each["rule"] == rule]
    return found


def refusals(explanation: Any) -> list[str]:
    return [each["code"] for each in explanation["checks"] if not each["holds"]]


def let_rules_hold(house: House, **changes: Any) -> None:
    """Schedule a version, and let it have begun some days ago."""
    day = (utc_now() + 40 * DAY).date().isoformat()
    body = {"version": "2099-01", "effective_from": day, "reason": "Uji", "changes": changes}
    document(house.post("/rules", body, "operator"), 201)
    with house.as_owner() as connection:
        past = (utc_now() - 9 * DAY).date().isoformat()
        connection.execute(sa.update(RULE_VERSION).values(effective_from=past))
