"""Refusals as they come, for the pages of codes that have more to show than their words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Refused:
    """What was sent to a call, and the refusal; a journey holds both to the running system."""

    call: str
    body: dict[str, Any]
    answer: dict[str, Any]


EXAMPLES = {
    "validation-failed": Refused(
        "POST /api/v1/enrolments",
        {"class_id": "the-first", "price": 750_000},
        {
            "type": "/problems/validation-failed",
            "title": "Some fields are not right",
            "status": 422,
            "detail": "Mend the fields named under errors and send the request again.",
            "code": "validation-failed",
            "request_id": "0f2c1a7e5d",
            "errors": [
                {
                    "pointer": "/class_id",
                    "message": "Send an id as an earlier answer gave it (a lower-case UUID).",
                },
                {"pointer": "/expected_price", "message": "Send this field."},
                {"pointer": "/price", "message": "There is no such field here. Remove it."},
            ],
        },
    ),
}
