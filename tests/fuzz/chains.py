"""What schemathesis is told while it follows the links of the contract from call to call.

At each step somebody calls who may, most of the time, and sends what somebody sends who means it, most of the time; the
ids, numbers and codes in it are those that the links carry from an answer. Which links were followed to a success is
counted from what came and went, not from what schemathesis believes, and written to FOLLOWED when it ends.
"""

from __future__ import annotations

import atexit
import json
import os
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import schemathesis

from chassis.identifiers import new_id
from tests.fuzz import judging
from tests.journeys import bodies
from tests.journeys.people import People

TOKENS: dict[str, list[str | None]] = json.loads(os.environ["TOKENS"])
CARDS: list[str] = json.loads(os.environ["CARDS"])
OFFER: dict[str, Any] = json.loads(os.environ["OFFER"])
FOLLOWED = Path(os.environ["FOLLOWED"])
MEANT = 0.95
"""How often somebody may make the call, and means what is sent."""

RANDOM = random.Random(os.environ["FUZZ_SEED"])
PEOPLE = People(first=1_000_000)
WHY = {"reason": "Diperiksa"}

told_by: defaultdict[str, set[str]] = defaultdict(set)
"""Which operations have told an id, a number or a code."""

prices: dict[str, int] = {}
followed: Counter[str] = Counter()


def _card() -> str:
    return RANDOM.choice(CARDS)


def _enrolment() -> dict[str, Any]:
    return {**OFFER, "card_number": _card(), "consent": True}


MEANT_BODIES: dict[str, Callable[[], dict[str, Any]]] = {
    "POST /api/v1/admissions/{admission_id}/undo": lambda: {"preview": "0" * 64, **WHY},
    "POST /api/v1/admission-files/{file_id}/stop": lambda: WHY,
    "POST /api/v1/applications/{application_id}/withdrawal": lambda: {**WHY, "consent": True},
    "POST /api/v1/cards/lookup": lambda: {"card_number": _card(), **WHY},
    "POST /api/v1/classes/{class_id}/cancellation": lambda: WHY,
    "PATCH /api/v1/classes/{class_id}": lambda: {"seats": RANDOM.randint(20, 30)},
    "POST /api/v1/corrections": lambda: {
        "card_number": _card(),
        "amount": RANDOM.choice((-1, 1)),
        "case_number": "Perkara 7",
        **WHY,
    },
    "POST /api/v1/corrections/{correction_id}/refusal": lambda: WHY,
    "POST /api/v1/corrections/{correction_id}/withdrawal": lambda: WHY,
    "POST /api/v1/exclusion-lists": lambda: bodies.exclusion_list(group="student"),
    "POST /api/v1/exclusion-lists/{list_id}/activation": lambda: {"preview": "0" * 64},
    "POST /api/v1/exclusion-lists/{list_id}/withdrawal": lambda: WHY,
    "POST /api/v1/exclusion-cases/{case_id}/decision": lambda: {"decision": "dismissed", **WHY},
    "POST /api/v1/exclusion-cases/{case_id}/appeal": lambda: {"text": "Saya bukan pelajar."},
    "POST /api/v1/exclusion-cases/{case_id}/appeal-decision": lambda: {
        "decision": "refused",
        **WHY,
    },
    "POST /api/v1/courses": lambda: bodies.course("online"),
    "PATCH /api/v1/courses/{course_id}": lambda: {"summary": f"Ringkasan {RANDOM.random()}"},
    "POST /api/v1/courses/{course_id}/classes": lambda: bodies.training_class("online", seats=20),
    "POST /api/v1/courses/{course_id}/decision": lambda: {"decision": "published", **WHY},
    "POST /api/v1/enrolments": _enrolment,
    "POST /api/v1/enrolments/{enrolment_id}/cancellation": lambda: WHY,
    "POST /api/v1/enrolments/{enrolment_id}/redemption": lambda: {"redeem_code": "AAAAAAAAAA"},
    "POST /api/v1/enrolments/{enrolment_id}/result": lambda: WHY,
    "POST /api/v1/classes/{class_id}/results": lambda: WHY,
    "POST /api/v1/enrolments/{enrolment_id}/review": lambda: {"rating": RANDOM.randint(1, 5)},
    "POST /api/v1/enrolments/{enrolment_id}/voiding": lambda: {"case_number": "Perkara 7", **WHY},
    "POST /api/v1/enrolments/{enrolment_id}/opening": lambda: WHY,
    "POST /api/v1/pauses/{pause_id}/end": lambda: WHY,
    "POST /api/v1/providers": lambda: bodies.application(f"BLK {new_id()[-12:]}"),
    "POST /api/v1/providers/{provider_id}/decision": lambda: {"decision": "approved", **WHY},
    "POST /api/v1/waves": lambda: bodies.wave("Gelombang rantai"),
    "POST /api/v1/waves/{wave_id}/admissions": lambda: {"candidates": PEOPLE.candidates(1)},
    "POST /api/v1/waves/{wave_id}/applications": lambda: {
        **PEOPLE.candidates(1)[0],
        "consent": True,
    },
}
PAUSE = {"what": "admissions", "region": "94.04", "message": "Data diperiksa."}
"""Always sent so: a pause of everything would stop every chain behind it."""


@schemathesis.hook
def before_call(_: Any, case: Any, **kwargs: Any) -> None:  # noqa: ARG001 - so it is called
    """Choose who calls and what is sent, keeping what the links have put in."""
    meant = MEANT_BODIES.get(case.operation.label)
    if case.operation.label == "POST /api/v1/pauses":
        case.body = PAUSE
    elif meant is not None and RANDOM.random() < MEANT:
        sent = case.body if isinstance(case.body, dict) else {}
        linked = {name: value for name, value in sent.items() if _is_linked(value)}
        case.body = {**meant(), **linked}
        if "class_id" in linked and linked["class_id"] in prices:
            case.body["expected_price"] = prices[linked["class_id"]]
    token = RANDOM.choice(TOKENS[_caller(case)])
    headers = dict(case.headers or {})
    case.headers = {**headers, "Authorization": f"Bearer {token}"} if token else headers
    if case.operation.label == "POST /api/v1/enrolments" and RANDOM.random() < MEANT:
        case.headers["Idempotency-Key"] = new_id()


@schemathesis.hook
def after_call(_: Any, case: Any, response: Any) -> None:
    """Note what an answer told, and which answers the success of a call goes back to."""
    if not 200 <= response.status_code < 300:
        return
    target = _name(case.operation)
    asked = [*_texts(case.path_parameters), *_texts(case.body)]
    for source in {source for text in asked for source in told_by.get(text, ())}:
        followed[f"{source} -> {target}"] += 1
    if "json" not in response.headers.get("content-type", [""])[0]:
        return
    answer = json.loads(response.content)
    for text in _texts(answer, depth=3):
        told_by[text].add(target)
    if "price" in answer and "id" in answer:
        prices[answer["id"]] = answer["price"]


@atexit.register
def _write() -> None:
    FOLLOWED.write_text(json.dumps(followed), encoding="utf-8")


def _caller(case: Any) -> str:
    """Choose the role that calls: one of those that may, most of the time."""
    roles = case.operation.definition.raw["x-roles"]
    if RANDOM.random() > MEANT:
        return RANDOM.choice(list(TOKENS))
    if roles == ["public"]:
        # Applications of anybody are bounded, those of the operator are not.
        return RANDOM.choice(["nobody", "operator"])
    if case.operation.label == "POST /api/v1/enrolments":
        roles = ["operator"] if "card_number" in case.body else ["holder"]
    allowed: list[str] = [role for role in roles if role in TOKENS]
    return RANDOM.choice(allowed)


def _is_linked(value: Any) -> bool:
    return isinstance(value, str) and value in told_by


def _name(operation: Any) -> str:
    name: str = operation.definition.raw["operationId"]
    return name


def _texts(value: Any, *, depth: int = 1) -> Iterator[str]:
    """Yield the texts in a document that may name something, down to a depth."""
    if isinstance(value, str):
        if len(value) >= 10 and " " not in value:
            yield value
    elif depth >= 0 and isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _texts(inner, depth=depth - 1)


__all__ = ["after_call", "before_call", "judging"]
