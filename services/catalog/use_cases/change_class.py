"""Change a class."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.catalog.domain.classes import TrainingClass, change
from services.catalog.domain.happenings import class_happening
from services.catalog.storage.classes import save_class
from services.catalog.use_cases.shared.own_things import check_may_offer, check_version, own_class
from services.catalog.use_cases.shared.writing import Writing


def change_class(
    writing: Writing,
    class_id: str,
    changes: Mapping[str, Any],
    *,
    provider_id: str,
    seen: int | None,
) -> TrainingClass:
    """Change a provider's own class, seen in a version.

    Raises `NotFound`, `PreconditionFailed` where it was changed since, `StateConflict` where it is over,
    `ValidationFailed` where a rule is broken, `ProviderSuspended` where a suspended provider adds seats.
    """
    training_class = own_class(writing, class_id, provider_id=provider_id)
    check_version(training_class, seen=seen)
    changed = change(training_class, changes, now=writing.now, book=writing.book)
    if changed.plan.seats > training_class.plan.seats:
        check_may_offer(writing, provider_id)
    save_class(writing.connection, changed)
    writing.tell([class_happening("changed", changed, rule_version=changed.rule_version)])
    return changed
