"""What can be counted in one pass over courses, as tantivy takes and answers it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Aggregation = dict[str, Any]
Asked = tuple[tuple[str, ...], Aggregation]
"""What to count, among the courses for which some conditions hold."""


def terms(name: str, most: int) -> Aggregation:
    """Count the courses of each value of a field, those of the most frequent ones."""
    return {"terms": {"field": name, "size": most}}


def narrowed(condition: str, within: Mapping[str, Aggregation]) -> Aggregation:
    """Count among the courses for which a condition holds."""
    return {"filter": condition, "aggs": dict(within)}


def tally(found: Mapping[str, Any]) -> Sequence[tuple[str, int]]:
    """Read what `terms` counted."""
    return [(bucket["key"], bucket["doc_count"]) for bucket in found["buckets"]]
