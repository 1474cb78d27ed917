"""Exclusion lists in the journey: one is imported and put in force, a holder is found on it, appeals, and is heard."""

from __future__ import annotations

from contract.admitting import candidate, open_wave
from contract.recorder import LINES, Recorder, TextBody

API = "/api/v1"
LISTS, CASES = f"{API}/exclusion-lists", f"{API}/exclusion-cases"
BY_LIST, BY_CASE = f"{LISTS}/{{list_id}}", f"{CASES}/{{case_id}}"
ONE, OTHER = {"subject": "operator-rina"}, {"subject": "operator-budi"}


def award(recorder: Recorder) -> tuple[str, str]:
    """Award a card to somebody who is about to be found on a list; return the NIK and the card's reference."""
    person = candidate()
    body = {"candidates": [person]}
    path, wave = f"{API}/waves/{{wave_id}}/admissions", open_wave(recorder)
    admitted = recorder.call("POST", path, wave, role="operator", body=body, key=True).json()
    number = admitted["admitted"][0]["card_number"]
    asked = {"card_number": number, "reason": "Meminta bantuan di loket"}
    found = recorder.call("POST", f"{API}/cards/lookup", role="operator", body=asked).json()
    return person["nik"], str(found["card_ref"])


def import_list(recorder: Recorder, nik: str) -> str:
    """Import a list with one person on it, look at what it does, and put it in force; return its id."""
    body = {
        "group": "civil-servant",
        "issuer": "BKN, surat 12/2027",
        "as_of": "2027-01-01",
        "reason": "Pemutakhiran bulanan",
    }
    made = recorder.call("POST", LISTS, role="operator", bound=ONE, body=body, key=True).json()
    list_id = str(made["id"])
    text = TextBody("text/csv", sent=f"nik\n{nik}\n17710\n", shown="nik\n1771015505900000\n17710\n")
    recorder.call("POST", f"{BY_LIST}/rows", list_id, role="operator", text=text, key=True)
    recorder.call("GET", f"{BY_LIST}/refusals", list_id, role="operator", also=LINES)
    seen = recorder.call("GET", f"{BY_LIST}/preview", list_id, role="operator").json()
    body = {"preview": seen["preview"]}
    path = f"{BY_LIST}/activation"
    recorder.call("POST", path, list_id, role="operator", bound=ONE, body=body, key=True)
    recorder.call("GET", BY_LIST, list_id, role="auditor")
    recorder.call("GET", LISTS, role="auditor", query={"limit": 1})
    return list_id


def find_case(recorder: Recorder, list_id: str) -> str | None:
    """Look whether the worker has opened the case; return its id."""
    recorder.forget("GET", CASES)
    query = {"list_id": list_id, "status": "open"}
    items = recorder.call("GET", CASES, role="auditor", query=query).json()["items"]
    return str(items[0]["id"]) if items else None


def hear(recorder: Recorder, list_id: str, case_id: str, card_ref: str) -> None:
    """Uphold a case, let its holder appeal, have another operator decide on that, and take the list back."""
    holder = {"card": card_ref}
    said = {"decision": "upheld", "reason": "Tercatat sebagai PNS"}
    path = f"{BY_CASE}/decision"
    recorder.call("POST", path, case_id, role="operator", bound=ONE, body=said, key=True)
    path, text = f"{BY_CASE}/appeal", {"text": "Saya berhenti sebagai PNS tahun 2024."}
    recorder.call("POST", path, case_id, role="holder", bound=holder, body=text, key=True)
    recorder.call("GET", path, case_id, role="operator", bound=OTHER)
    recorder.call("GET", BY_CASE, case_id, role="auditor")
    said = {"decision": "granted", "reason": "SK pemberhentian diperiksa"}
    path = f"{BY_CASE}/appeal-decision"
    recorder.call("POST", path, case_id, role="operator", bound=OTHER, body=said, key=True)
    recorder.call("GET", f"{BY_LIST}/affected", list_id, role="auditor", also=LINES)
    why = {"reason": "Daftar sudah usang"}
    path = f"{BY_LIST}/withdrawal"
    recorder.call("POST", path, list_id, role="operator", bound=ONE, body=why, key=True)
