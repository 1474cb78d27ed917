"""A draw in the journey, from its announcement to who was drawn; its window is some seconds long."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from chassis.clock import utc_now, write_instant
from contract.admitting import candidate
from contract.recorder import LINES, Recorder, Refused

API = "/api/v1"
WAVE = f"{API}/waves/{{wave_id}}"
OPENS_IN, CLOSES_IN = 4.0, 14.0
OFFICE = {"region": "17.71"}

Eventually = Callable[[Callable[[], Any]], Any]


def draw(recorder: Recorder, eventually: Eventually) -> None:
    """Announce a draw, apply, let it be listed, enter the outside value, and see who was drawn."""
    wave = _announce(recorder)
    application = eventually(lambda: _apply(recorder, wave))
    lost = candidate()
    _apply(recorder, wave, lost)
    withdrawn = _look_for(recorder, wave, lost)
    recorder.call(
        "POST",
        f"{API}/applications/{{application_id}}/withdrawal",
        withdrawn,
        role="officer",
        bound=OFFICE,
        body={"reason": "Sudah bekerja", "consent": True},
        key=True,
    )
    eventually(lambda: _has_come_to(recorder, wave, "listed"))
    recorder.call("GET", f"{WAVE}/draw/applications", wave, also=LINES)
    value = {
        "value": "b8a9cf1d6e7f20c3",
        "source": "https://api.drand.sh/public/4310112",
        "published_at": write_instant(utc_now()),
    }
    recorder.call("POST", f"{WAVE}/draw/outside-value", wave, role="operator", body=value, key=True)
    eventually(lambda: _has_come_to(recorder, wave, "done"))
    recorder.call("GET", f"{WAVE}/draw/results", wave, also=LINES)
    recorder.call("POST", f"{API}/applications/lookup", body=application)


def _announce(recorder: Recorder) -> str:
    now = utc_now()
    body = {
        "name": "Gelombang 73",
        "opens_at": write_instant(now + timedelta(seconds=OPENS_IN)),
        "closes_at": write_instant(now + timedelta(seconds=CLOSES_IN)),
        "selection": "draw",
        "outside_source": "drand quicknet",
        "outside_after": write_instant(now + timedelta(seconds=CLOSES_IN)),
    }
    opened = recorder.call("POST", f"{API}/waves", role="operator", body=body, key=True)
    return str(opened.json()["id"])


def _apply(
    recorder: Recorder, wave: str, person: dict[str, Any] | None = None
) -> dict[str, Any] | None:
    """Apply for a person who agreed to it; return id and receipt, or None while the window has not opened."""
    body = {**(person or candidate()), "consent": True}
    path = f"{WAVE}/applications"
    try:
        made = recorder.call("POST", path, wave, role="officer", bound=OFFICE, body=body, key=True)
    except Refused:
        return None
    return {"application_id": made.json()["id"], "receipt": made.json()["receipt"]}


def _look_for(recorder: Recorder, wave: str, person: dict[str, Any]) -> str:
    """Find the application of a person who has lost the id."""
    body = {"nik": person["nik"], "reason": "Tanda terima hilang"}
    path = f"{WAVE}/applications/lookup"
    found = recorder.call("POST", path, wave, role="officer", bound=OFFICE, body=body)
    return str(found.json()["id"])


def _has_come_to(recorder: Recorder, wave: str, state: str) -> bool:
    recorder.forget("GET", WAVE)
    return bool(recorder.call("GET", WAVE, wave).json()["draw"]["state"] == state)
