"""A training in the journey: held, attended, judged by the evidence, reviewed; and one that nobody came to."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from chassis.clock import utc_now, write_instant
from contract.admitting import award_cards
from contract.recorder import Recorder

API = "/api/v1"
BY_ID = f"{API}/enrolments/{{enrolment_id}}"
MEETINGS = 5

Document = dict[str, Any]


def teach(
    recorder: Recorder, provider: dict[str, str], course: str, wait: Callable[[str], object]
) -> None:
    """Hold a class for two, one of whom never comes; `wait` waits until enrolment knows a class."""
    people = award_cards(recorder, 2)
    offered = _offer(recorder, provider, course)
    wait(str(offered["id"]))
    came, stayed_away = (_enrol(recorder, card, offered) for card in people)
    _redeem(recorder, people[0], came)
    recorder.let_end(str(offered["id"]))
    _record(recorder, provider, came["id"], stayed_away["id"])
    recorder.call("GET", f"{BY_ID}/attendance", came["id"], role="holder", bound=people[0])
    recorder.call("GET", f"{API}/overdue", role="operator", query={"actor": "holder", "limit": 1})
    _judge(recorder, provider, offered, came)
    _review(recorder, people[0], came)
    _see_to(recorder, stayed_away)


def _offer(recorder: Recorder, provider: dict[str, str], course: str) -> Document:
    body = {
        "mode": "online",
        "link": "https://kelas.example/barista",
        "zone": "Asia/Jakarta",
        "registration_opens": recorder.at(-1),
        "registration_closes": recorder.morning(1),
        "meetings": recorder.mornings(1, count=MEETINGS, hours=3),
        "seats": 25,
    }
    path = f"{API}/courses/{{course_id}}/classes"
    made = recorder.call("POST", path, course, role="provider", bound=provider, body=body, key=True)
    document: Document = made.json()
    return document


def _enrol(recorder: Recorder, card: dict[str, str], offered: Document) -> Document:
    wish = {"class_id": offered["id"], "expected_price": offered["price"]}
    path = f"{API}/enrolments"
    taken: Document = recorder.call(
        "POST", path, role="holder", bound=card, body=wish, key=True
    ).json()
    return taken


def _redeem(recorder: Recorder, card: dict[str, str], taken: Document) -> None:
    shown = {"redeem_code": taken["redeem_code"]}
    path = f"{BY_ID}/redemption"
    recorder.call("POST", path, taken["id"], role="holder", bound=card, body=shown, key=True)


def _record(recorder: Recorder, provider: dict[str, str], came: str, stayed_away: str) -> None:
    first, *later = [
        _evidence(came, sequence, source="qr-code") for sequence in range(1, MEETINGS + 1)
    ]
    absent = {**_evidence(stayed_away, 1, source="instructor"), "present": False}
    strange = _evidence(came, 7, source="instructor")
    test = {**_evidence(came, 999, source="final-test"), "score": 55}
    for items in ([first], [absent, first, strange], [*later, test]):
        body = {"items": items}
        recorder.call("POST", f"{API}/attendance", role="provider", bound=provider, body=body)


def _evidence(enrolment_id: str, sequence: int, *, source: str) -> Document:
    return {
        "evidence_id": str(uuid.uuid4()),
        "enrolment_id": enrolment_id,
        "sequence": sequence,
        "present": True,
        "source": source,
        "device_time": write_instant(utc_now()),
    }


def _judge(recorder: Recorder, provider: dict[str, str], offered: Document, came: Document) -> None:
    """Give one result, and then those of whoever is left in the class."""
    path = f"{BY_ID}/result"
    recorder.call("POST", path, came["id"], role="provider", bound=provider, body={}, key=True)
    of_class = f"{API}/classes/{{class_id}}/results"
    recorder.call(
        "POST", of_class, offered["id"], role="provider", bound=provider, body={}, key=True
    )


def _review(recorder: Recorder, card: dict[str, str], came: Document) -> None:
    path = f"{BY_ID}/review"
    body = {"rating": 5, "text": "Pelatihnya sabar, alatnya lengkap."}
    recorder.call("POST", path, came["id"], role="holder", bound=card, body=body, key=True)
    recorder.call("GET", path, came["id"], role="holder", bound=card)
    answers = {"number": 1, "work": "seeking", "use": 4}
    recorder.call(
        "POST", f"{API}/cards/me/surveys", role="holder", bound=card, body=answers, key=True
    )
    recorder.forget("GET", f"{API}/cards/me")
    recorder.call("GET", f"{API}/cards/me", role="holder", bound=card)


def _see_to(recorder: Recorder, stayed_away: Document) -> None:
    """Ask to open the next purchase of who never came, for whom the rules have no waiting time; and void a result."""
    name = stayed_away["id"]
    body = {"reason": "Peserta dirawat di rumah sakit"}
    opening, refused = f"{BY_ID}/opening", "state-conflict"
    recorder.call("POST", opening, name, role="operator", body=body, key=True, refused=refused)
    body = {"reason": "Daftar hadir palsu", "case_number": "INSP-2027-021"}
    recorder.call("POST", f"{BY_ID}/voiding", name, role="operator", body=body, key=True)
