"""The class of an enrolment, as every list and document tells of it."""

from __future__ import annotations

from typing import Any

from chassis.clock import write_instant


def class_document(row: Any) -> dict[str, Any]:
    """Write the class of a row as enrolments tell of it."""
    return {
        "id": row.class_id,
        "course_id": row.course_id,
        "course_title": row.course_title,
        "mode": row.mode,
        "zone": row.zone,
        "starts_at": write_instant(row.starts_at),
        "ends_at": write_instant(row.ends_at),
    }
