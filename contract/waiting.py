"""A waiting list in the journey: two wait for the only seat of a class; one accepts it, the other refuses it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from contract.admitting import award_cards
from contract.recorder import Recorder

API = "/api/v1"
BY_ID = f"{API}/enrolments/{{enrolment_id}}"

Document = dict[str, Any]
Card = dict[str, str]


def wait_for_a_seat(
    recorder: Recorder, offered: Document, eventually: Callable[[Callable[[], object]], object]
) -> None:
    """Fill a class of one seat, wait for it, and let it be given back twice."""
    first, second, third = award_cards(recorder, 3)
    taken = _ask(recorder, first, offered)
    accepting, refusing = (_ask(recorder, card, offered) for card in (second, third))
    _give_back(recorder, first, taken)
    eventually(lambda: _is_offered(recorder, second, accepting))
    recorder.call(
        "POST", f"{BY_ID}/acceptance", accepting, role="holder", bound=second, body={}, key=True
    )
    _give_back(recorder, second, accepting)
    eventually(lambda: _is_offered(recorder, third, refusing))
    body = {"reason": "Sudah bekerja"}
    recorder.call(
        "POST", f"{BY_ID}/refusal", refusing, role="holder", bound=third, body=body, key=True
    )


def _ask(recorder: Recorder, card: Card, offered: Document) -> str:
    wish = {"class_id": offered["id"], "expected_price": offered["price"], "waitlist": True}
    path = f"{API}/enrolments"
    got = recorder.call("POST", path, role="holder", bound=card, body=wish, key=True)
    return str(got.json()["id"])


def _give_back(recorder: Recorder, card: Card, enrolment_id: str) -> None:
    body = {"reason": "Mendapat pekerjaan"}
    path = f"{BY_ID}/cancellation"
    recorder.call("POST", path, enrolment_id, role="holder", bound=card, body=body, key=True)


def _is_offered(recorder: Recorder, card: Card, enrolment_id: str) -> bool:
    """Look whether the worker has offered what came free: within a second."""
    shown = recorder.call("GET", BY_ID, enrolment_id, role="holder", bound=card).json()
    return bool(shown["status"] == "offered")
