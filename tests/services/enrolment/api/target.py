"""A call that takes a body, and whatever may be sent to it instead."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from werkzeug.test import TestResponse

from tests.services.enrolment.house import API, FRESH, House


@dataclass(frozen=True)
class Target:
    """A call that takes a body: who makes it, and a body that would be good."""

    path: str
    claims: dict[str, Any]
    body: dict[str, Any]
    text_field: str
    may_be_null: bool = False
    """Whether that field may be left out, and be null."""

    def send(
        self, house: House, data: bytes, content_type: str | None = "application/json"
    ) -> TestResponse:
        headers = {"Content-Type": content_type} if content_type is not None else {}
        return house.call(
            "POST", API + self.path, key=FRESH, data=data, headers=headers, **self.claims
        )

    def raw(self, field: str, value: str) -> bytes:
        """Write the good body with one value replaced by raw text."""
        members = [
            f'"{name}":{value if name == field else json.dumps(good)}'
            for name, good in self.body.items()
        ]
        return ("{" + ",".join(members) + "}").encode("utf-8", "surrogatepass")
