"""One walk through every call there is, as those who make them would: what it sends and gets are the examples.

It needs a system in development, where the test NIKs below (their serials are issued to nobody) are taken.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from typing import Any, TypeVar

from contract.accounting import state_accounts
from contract.admitting import (
    candidate,
    follow_file,
    open_wave,
    send_file,
    set_quotas,
    stop_file,
)
from contract.drawing import draw
from contract.excluding import award, find_case, hear, import_list
from contract.recorder import CSV, LINES, Recorder, Refused
from contract.signing_in import invite, let_in_again, take_back
from contract.switches import (
    correct,
    erase,
    explain_rules,
    list_readings,
    move,
    pause,
    revoke,
    schedule_rules,
    suspend,
    undo_admission,
)
from contract.teaching import teach
from contract.waiting import wait_for_a_seat

API = "/api/v1"
PATIENCE = 30.0
Found = TypeVar("Found")
Document = dict[str, Any]


def walk(recorder: Recorder) -> dict[str, Any]:
    """Make every call at least once; return what was kept of each, by operation id."""
    _read_what_is_public(recorder)
    provider = _become_provider(recorder)
    course = _publish_course(recorder, provider)
    offered = _offer_class(recorder, provider, course)
    card_number = _award_card(recorder)
    draw(recorder, _eventually)
    card = _look_card_up(recorder, card_number)
    _find_course(recorder)
    _enrol(recorder, card, offered, provider)
    _report(recorder)
    _audit(recorder, offered)
    list_readings(recorder, card["card"])
    teach(recorder, provider, course, lambda class_id: _wait_until_known(recorder, class_id))
    only_seat = _offer_one_seat(recorder, provider, course)
    wait_for_a_seat(recorder, only_seat, _eventually)
    state_accounts(recorder, provider)
    _call_off(recorder, provider, course)
    pause(recorder)
    suspend(recorder, provider)
    correct(recorder, card_number)
    undo_admission(recorder)
    schedule_rules(recorder)
    explain_rules(recorder)
    _exclude(recorder)
    erase(recorder, revoke(recorder))
    let_in_again(recorder, card_number)
    move(recorder, card_number)
    invite(recorder)
    take_back(recorder)
    return recorder.kept


def _read_what_is_public(recorder: Recorder) -> None:
    recorder.call("GET", "/.well-known/openid-configuration")
    recorder.call("GET", "/.well-known/jwks.json")
    recorder.call("POST", "/oauth/token", form={"grant_type": "client_credentials"})
    recorder.call("GET", f"{API}/regions", query={"parent": "17", "limit": 3})


def _become_provider(recorder: Recorder) -> dict[str, str]:
    """Apply as an institution and be approved; return what its staff's tokens are bound to."""
    body = {
        "name": f"LPK Melati {secrets.token_hex(4)}",
        "kind": "lpk",
        "regency": "17.71",
        "email": "info@melati.example",
    }
    made = recorder.call("POST", f"{API}/providers", body=body, key=True).json()
    decision = {"decision": "approved", "reason": "Akreditasi berlaku sampai 2029"}
    path = f"{API}/providers/{{provider_id}}"
    recorder.call("POST", f"{path}/decision", made["id"], role="operator", body=decision, key=True)
    recorder.call("GET", f"{API}/providers", query={"limit": 1})
    recorder.call("GET", path, made["id"])
    return {"provider": made["id"]}


def _publish_course(recorder: Recorder, provider: dict[str, str]) -> str:
    body = {
        "title": "Barista Tingkat Dasar",
        "summary": "Menyeduh kopi dari biji sampai cangkir.",
        "outcomes": ["Menggiling biji", "Menyeduh espresso"],
        "track": "skilling",
        "mode": "online",
        "competency_codes": ["I.56BAR01.001.1"],
        "hours": 20,
        "price": 750_000,
    }
    path = f"{API}/courses"
    drafted = recorder.call("POST", path, role="provider", bound=provider, body=body, key=True)
    course = str(drafted.json()["id"])
    by_id = f"{path}/{{course_id}}"
    recorder.call(
        "PATCH",
        by_id,
        course,
        role="provider",
        bound=provider,
        body={"summary": "Menyeduh kopi dengan takaran yang tetap."},
        version=drafted.headers["ETag"],
    )
    recorder.call("POST", f"{by_id}/submission", course, role="provider", bound=provider, key=True)
    decision = {"decision": "published", "reason": "Sesuai kurikulum"}
    recorder.call("POST", f"{by_id}/decision", course, role="operator", body=decision, key=True)
    recorder.call("GET", by_id, course)
    return course


def _offer_class(recorder: Recorder, provider: dict[str, str], course: str) -> Document:
    path = f"{API}/courses/{{course_id}}/classes"
    made = recorder.call(
        "POST", path, course, role="provider", bound=provider, body=_plan(recorder), key=True
    )
    by_id = f"{API}/classes/{{class_id}}"
    class_id = made.json()["id"]
    changed = recorder.call(
        "PATCH",
        by_id,
        class_id,
        role="provider",
        bound=provider,
        body={"seats": 30},
        version=made.headers["ETag"],
    )
    recorder.call("GET", by_id, class_id)
    recorder.call(
        "GET", f"{API}/classes", query={"mode": "online", "open_at": recorder.at(1), "limit": 1}
    )
    _wait_until_known(recorder, class_id)
    offered: Document = changed.json()
    return offered


def _offer_one_seat(recorder: Recorder, provider: dict[str, str], course: str) -> Document:
    path, plan = f"{API}/courses/{{course_id}}/classes", {**_plan(recorder), "seats": 1}
    made = recorder.call("POST", path, course, role="provider", bound=provider, body=plan, key=True)
    offered: Document = made.json()
    _wait_until_known(recorder, offered["id"])
    return offered


def _plan(recorder: Recorder) -> Document:
    return {
        "mode": "online",
        "link": "https://kelas.example/barista",
        "zone": "Asia/Jakarta",
        "registration_opens": recorder.at(-1),
        "registration_closes": recorder.at(20),
        "meetings": recorder.mornings(30, count=5, hours=3),
        "seats": 25,
    }


def _wait_until_known(recorder: Recorder, class_id: str) -> None:
    """Wait until enrolment has read of a class, which takes it a moment."""
    path = f"{API}/classes/{{class_id}}/availability"

    def look() -> object:
        try:
            return recorder.call("GET", path, class_id)
        except Refused:
            return None

    _eventually(look)


def _award_card(recorder: Recorder) -> str:
    path = f"{API}/waves"
    wave = open_wave(recorder)
    set_quotas(recorder, wave)
    person = candidate()
    answer = recorder.call(
        "POST",
        f"{path}/{{wave_id}}/admissions",
        wave,
        role="operator",
        body={"candidates": [person, person]},
        key=True,
    ).json()
    file_id = send_file(recorder, wave)
    _eventually(lambda: follow_file(recorder, file_id))
    stop_file(recorder)
    recorder.call("GET", path, query={"limit": 1})
    recorder.call("GET", f"{path}/{{wave_id}}", wave)
    recorder.call("GET", f"{API}/reports/quotas", query={"wave_id": wave}, also=CSV)
    return str(answer["admitted"][0]["card_number"])


def _look_card_up(recorder: Recorder, number: str) -> dict[str, str]:
    """Find the card at an office; return what its holder's token is bound to."""
    body = {"card_number": number, "reason": "Meminta bantuan di loket"}
    region = {"region": "17.71"}
    answer = recorder.call("POST", f"{API}/cards/lookup", role="officer", bound=region, body=body)
    return {"card": str(answer.json()["card_ref"])}


def _find_course(recorder: Recorder) -> None:
    """Search until the index has the course: within a second of its publication."""
    path = f"{API}/courses"

    def look() -> bool:
        recorder.forget("GET", path)
        query = {"q": "barista", "mode": "online", "limit": 1}
        return bool(recorder.call("GET", path, query=query).json()["items"])

    _eventually(look)


def _enrol(
    recorder: Recorder, card: dict[str, str], offered: Document, provider: dict[str, str]
) -> None:
    path, by_id = f"{API}/enrolments", f"{API}/enrolments/{{enrolment_id}}"
    wish = {"class_id": offered["id"], "expected_price": offered["price"]}
    recorder.call("GET", f"{API}/cards/me", role="holder", bound=card)

    def enrol() -> Document:
        taken = recorder.call("POST", path, role="holder", bound=card, body=wish, key=True)
        document: Document = taken.json()
        return document

    first = enrol()["id"]
    recorder.call("GET", path, role="holder", bound=card)
    recorder.call("GET", by_id, first, role="holder", bound=card)
    recorder.call("GET", f"{by_id}/timeline", first, role="holder", bound=card)
    roster = f"{API}/classes/{{class_id}}/roster"
    recorder.call("GET", roster, offered["id"], role="provider", bound=provider, also=CSV)
    body = {"reason": "Mendapat pekerjaan"}
    recorder.call(
        "POST", f"{by_id}/cancellation", first, role="holder", bound=card, body=body, key=True
    )
    again = enrol()
    shown = {"redeem_code": again["redeem_code"]}
    recorder.call(
        "POST", f"{by_id}/redemption", again["id"], role="holder", bound=card, body=shown, key=True
    )
    recorder.call("GET", f"{API}/cards/me/statement", role="holder", bound=card)


def _report(recorder: Recorder) -> None:
    """Report by mode once everything is counted, and check a table whose total is off."""
    path = f"{API}/reports/realisation"

    def look() -> bool:
        recorder.forget("GET", path)
        told = recorder.call("GET", path, query={"by": "mode"}, role="auditor").json()
        made_up = told["reconciliation"]
        return bool(made_up["counted_to"] == made_up["journal_size"])

    _eventually(look)
    rows = [
        {"label": "Kota Bengkulu", "count": 40_135},
        {"label": "Bengkulu Utara", "count": 18_209},
        {"label": "Bengkulu Utara", "count": 9_870},
    ]
    body = {"province": "17", "stated_total": 68_204, "rows": rows}
    recorder.call("POST", f"{API}/reports/reconciliation", body=body)
    query = {"by": "province"}
    path = f"{API}/reports/assistance"
    recorder.call("GET", path, query=query, role="operator", also=CSV)


def _audit(recorder: Recorder, offered: Document) -> None:
    query = {"class_id": offered["id"], "kind": "enrolment-confirmed", "limit": 1}
    recorder.call("GET", f"{API}/log/entries", query=query, role="auditor", also=LINES)
    recorder.call("GET", f"{API}/consistency", role="auditor")


def _exclude(recorder: Recorder) -> None:
    nik, card_ref = award(recorder)
    list_id = import_list(recorder, nik)
    case_id = _eventually(lambda: find_case(recorder, list_id))
    hear(recorder, list_id, str(case_id), card_ref)


def _call_off(recorder: Recorder, provider: dict[str, str], course: str) -> None:
    path = f"{API}/courses/{{course_id}}/classes"
    made = recorder.call(
        "POST", path, course, role="provider", bound=provider, body=_plan(recorder), key=True
    )
    recorder.call(
        "POST",
        f"{API}/classes/{{class_id}}/cancellation",
        made.json()["id"],
        role="provider",
        bound=provider,
        body={"reason": "Pengajar sakit"},
        key=True,
    )


def _eventually(look: Callable[[], Found]) -> Found:
    """Look again and again until something is found. Raises `Refused` where nothing comes."""
    until = time.monotonic() + PATIENCE
    while not (found := look()):
        if time.monotonic() > until:
            raise Refused(f"nothing came within {PATIENCE:.0f} s")
        time.sleep(0.1)
    return found
