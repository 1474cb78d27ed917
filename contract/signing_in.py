"""People's sign-in in the journey: letting a holder in again, inviting and removing staff, taking a token back."""

from __future__ import annotations

from typing import Any

from contract.recorder import Recorder

API = "/api/v1"


def let_in_again(recorder: Recorder, card_number: str) -> None:
    """Make a code at an office for a holder who lost the telephone, and take it back."""
    path = f"{API}/recoveries"
    officer: dict[str, Any] = {"role": "officer", "bound": {"region": "17.71"}}
    body = {"card_number": card_number, "reason": "Telepon hilang, KTP dilihat"}
    begun = recorder.call("POST", path, body=body, **officer).json()
    recorder.call("GET", path, query={"limit": 1}, **officer)
    recorder.call("POST", f"{path}/{{recovery_id}}/withdrawal", begun["id"], **officer)


def invite(recorder: Recorder) -> None:
    """Invite an officer, think better of it, and remove somebody from the staff."""
    path = f"{API}/invitations"
    body = {"email": "petugas@dinas.example", "role": "officer", "region": "17.71"}
    invited = recorder.call("POST", path, role="operator", body=body).json()
    recorder.call("GET", path, role="operator", query={"limit": 1})
    recorder.call("POST", f"{path}/{{invitation_id}}/withdrawal", invited["id"], role="operator")
    recorder.call("GET", f"{API}/staff", role="auditor", query={"limit": 1})
    removal = f"{API}/staff/{{account_id}}/removal"
    ends = {"reason": "Pindah tugas"}
    recorder.call("POST", removal, recorder.staff, role="operator", body=ends)


def take_back(recorder: Recorder) -> None:
    """See whom a token names, and take one back that an application has."""
    for method in ("GET", "POST"):
        recorder.call(method, "/oauth/userinfo", role="officer", bound={"region": "17.71"})
    form = {"client_id": recorder.application, "token": "the-refresh-token"}
    recorder.call("POST", "/oauth/revocation", form=form)
