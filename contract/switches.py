"""The operators' switches in the journey: pausing, suspending, correcting money by two people, undoing an
admission, scheduling rules and explaining them."""

from __future__ import annotations

import secrets

from contract.admitting import candidate, open_wave
from contract.recorder import Recorder

API = "/api/v1"
OFFICE = {"region": "17.71"}


def pause(recorder: Recorder) -> None:
    """Let nobody of a regency be admitted for a moment."""
    path = f"{API}/pauses"
    body = {"what": "admissions", "region": "17.09", "message": "Data sedang diperiksa."}
    begun = recorder.call("POST", path, role="operator", body=body, key=True).json()
    recorder.call("GET", path)
    ends = {"reason": "Data sudah diperiksa"}
    recorder.call(
        "POST", f"{path}/{{pause_id}}/end", begun["id"], role="operator", body=ends, key=True
    )


def suspend(recorder: Recorder, provider: dict[str, str]) -> None:
    """Suspend a provider for a moment."""
    path = f"{API}/providers/{{provider_id}}/decision"
    for decision, reason in (
        ("suspended", "Laporan peserta sedang diperiksa"),
        ("approved", "Pemeriksaan selesai tanpa temuan"),
    ):
        body = {"decision": decision, "reason": reason}
        recorder.call("POST", path, provider["provider"], role="operator", body=body, key=True)


def correct(recorder: Recorder, card_number: str) -> None:
    """Have one operator propose what another one decides on."""
    path, by_id = f"{API}/corrections", f"{API}/corrections/{{correction_id}}"
    one, other = {"subject": "operator-rina"}, {"subject": "operator-budi"}
    body = {
        "card_number": card_number,
        "amount": -50_000,
        "reason": "Biaya modul tercatat dua kali",
        "case_number": "INSP-2027-014",
    }

    def propose() -> str:
        made = recorder.call("POST", path, role="operator", bound=one, body=body, key=True)
        return str(made.json()["id"])

    first = propose()
    recorder.call("GET", path, role="auditor", query={"status": "proposed", "limit": 1})
    recorder.call("POST", f"{by_id}/approval", first, role="operator", bound=other, key=True)
    recorder.call("GET", by_id, first, role="auditor")
    for what, who, reason in (
        ("refusal", other, "Sudah dibetulkan"),
        ("withdrawal", one, "Diusulkan dua kali"),
    ):
        said = {"reason": reason}
        recorder.call(
            "POST", f"{by_id}/{what}", propose(), role="operator", bound=who, body=said, key=True
        )


def move(recorder: Recorder, card_number: str) -> None:
    """Note at the counter that a holder has moved to the next regency."""
    body = {"card_number": card_number, "regency": "17.02", "reason": "Surat pindah 470/12/2027"}
    recorder.call("POST", f"{API}/cards/domicile", role="officer", bound=OFFICE, body=body)


def revoke(recorder: Recorder) -> str:
    """Revoke the card of somebody who showed the papers of another person; return its number."""
    admitted = recorder.call(
        "POST",
        f"{API}/waves/{{wave_id}}/admissions",
        open_wave(recorder),
        role="operator",
        body={"candidates": [candidate()]},
        key=True,
    ).json()["admitted"]
    body = {
        "card_number": admitted[0]["card_number"],
        "reason": "Memakai dokumen orang lain",
        "case_number": "INSP-2027-021",
    }
    recorder.call("POST", f"{API}/cards/revocation", role="operator", body=body, key=True)
    return str(body["card_number"])


def erase(recorder: Recorder, card_number: str) -> None:
    """Erase the holder of a card that has ended, who asked for it."""
    body = {
        "card_number": card_number,
        "reason": "Permintaan pemegang kartu",
        "case_number": "PDP-2027-004",
    }
    recorder.call("POST", f"{API}/cards/erasure", role="operator", body=body, key=True)


def list_readings(recorder: Recorder, card_ref: str) -> None:
    """Look who read personal data, as an auditor and as a holder."""
    query = {"kind": "card-looked-up", "card_ref": card_ref, "limit": 1}
    recorder.call("GET", f"{API}/readings", role="auditor", query=query)
    holder = {"card": card_ref}
    path = f"{API}/cards/me/readings"
    recorder.call("GET", path, role="holder", bound=holder, query={"limit": 1})


def explain_rules(recorder: Recorder) -> None:
    """Ask whether somebody would have been awarded a card under the rules of 2020."""
    person = {"birth_date": "2003-05-02", "regency": "17.71", "scheme": "digital"}
    body = {"candidate": person, "version": "2020-04"}
    recorder.call("POST", f"{API}/rules/explanation", role="officer", bound=OFFICE, body=body)


def schedule_rules(recorder: Recorder) -> None:
    """Look at what longer clocks would change from a day on, schedule them, and think better of it."""
    path = f"{API}/rules"
    recorder.call("GET", path)
    recorder.call("GET", f"{path}/{{version}}", "2023-01")
    version = f"{2100 + secrets.randbelow(99)}-{1 + secrets.randbelow(12):02}"
    sent = {"effective_from": f"{version}-01", "changes": {"next_purchase_days": 30}}
    recorder.call("POST", f"{path}/preview", role="operator", body=sent)
    body = {"version": version, "reason": "Keputusan Dirjen 12/2027", **sent}
    recorder.call("POST", path, role="operator", body=body, key=True)
    recorder.call(
        "POST",
        f"{path}/{{version}}/withdrawal",
        version,
        role="operator",
        body={"reason": "Keputusan dicabut"},
        key=True,
    )


def undo_admission(recorder: Recorder) -> None:
    """Admit from the wrong file, look at what undoing that would do, and undo it."""
    candidates = {"candidates": [candidate(), candidate()]}
    admitted = recorder.call(
        "POST",
        f"{API}/waves/{{wave_id}}/admissions",
        open_wave(recorder),
        role="operator",
        body=candidates,
        key=True,
    ).json()
    path, admission = f"{API}/admissions", admitted["admission_id"]
    by_id = f"{path}/{{admission_id}}"
    recorder.call("GET", path, role="auditor", query={"limit": 1})
    seen = recorder.call("GET", f"{by_id}/undo", admission, role="operator").json()
    body = {"reason": "Berkas yang salah diunggah", "preview": seen["preview"]}
    recorder.call("POST", f"{by_id}/undo", admission, role="operator", body=body, key=True)
    recorder.call("GET", by_id, admission, role="auditor")
