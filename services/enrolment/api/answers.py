"""What enrolment's handlers share about answering."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chassis.idempotency import Answer, json_answer
from chassis.problems import NotFound


def show(document: Mapping[str, Any] | None, headers: Mapping[str, str] | None = None) -> Answer:
    """Answer with a document. Raises `NotFound` where there is none."""
    if document is None:
        raise NotFound
    return json_answer(200, document, headers)
