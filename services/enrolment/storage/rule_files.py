"""The rule sets shipped with this version, as files that people review."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

from services.enrolment.domain.programme.rule_set import RuleSet

FOLDER = Path(__file__).parent.parent / "rules"
IN_FORCE = "2023-01"


def load_rules(version: str = IN_FORCE) -> RuleSet:
    """Load one version of the rules. Raises `FileNotFoundError` or `KeyError` for a version that is not whole."""
    data = json.loads((FOLDER / f"{version}.json").read_text(encoding="utf-8"))
    return RuleSet(
        version=data["version"],
        training_balance=data["training_balance"],
        first_purchase=timedelta(days=data["first_purchase_days"]),
        next_purchase=timedelta(days=data["next_purchase_days"]),
        live_enrolments=data["live_enrolments"],
        holder_may_cancel=data["holder_may_cancel"],
        result_due=timedelta(days=data["result_due_days"]),
    )
