"""What enrolment's handlers share about answering."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chassis.calls import Call
from chassis.idempotency import Answer, json_answer
from chassis.problems import NotFound, Problem
from vocabulary.roles import AUDITOR, OPERATOR


def sees_all(call: Call) -> bool:
    """Tell whether a caller is told counts of people as they are, also small ones."""
    return call.principal is not None and call.principal.role in (OPERATOR, AUDITOR)


def show(document: Mapping[str, Any] | None, headers: Mapping[str, str] | None = None) -> Answer:
    """Answer with a document. Raises `NotFound` where there is none."""
    if document is None:
        raise NotFound
    return json_answer(200, document, headers)


def refused_row(refusal: Problem, *, pointer: str) -> dict[str, Any]:
    """Write why a row of a body is refused; `pointer` says where in the body it stands."""
    row: dict[str, Any] = {"code": refusal.code, "detail": refusal.detail}
    if refusal.errors:
        row["errors"] = [
            {"pointer": f"{pointer}{error.pointer}", "message": error.message}
            for error in refusal.errors
        ]
    return row
