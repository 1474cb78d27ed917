"""What an operator admits in the journey: a wave, and people who exist nowhere."""

from __future__ import annotations

import secrets
from typing import Any

from contract.recorder import LINES, Recorder, TextBody


def open_wave(recorder: Recorder) -> str:
    """Open a wave, and return its id."""
    window = {"opens_at": recorder.at(-1), "closes_at": recorder.at(14)}
    body = {"name": "Gelombang 71", **window}
    opened = recorder.call("POST", "/api/v1/waves", role="operator", body=body, key=True)
    return str(opened.json()["id"])


def award_cards(recorder: Recorder, count: int) -> list[dict[str, str]]:
    """Award cards to so many people; return for each what its holder's token is bound to."""
    people = [candidate() for _ in range(count)]
    path, wave = "/api/v1/waves/{wave_id}/admissions", open_wave(recorder)
    body = {"candidates": people}
    made = recorder.call("POST", path, wave, role="operator", body=body, key=True).json()
    found = []
    for one in made["admitted"]:
        sought = {"card_number": one["card_number"], "reason": "Meminta bantuan di loket"}
        answer = recorder.call("POST", "/api/v1/cards/lookup", role="operator", body=sought)
        found.append({"card": str(answer.json()["card_ref"])})
    return found


def set_quotas(recorder: Recorder, wave: str) -> None:
    """Give a wave places for digital cards, some of them for people of one regency."""
    quotas = [
        {"scheme": "digital", "places": 5_000},
        {"scheme": "digital", "region": "17.71", "cluster": "pmi", "places": 200},
    ]
    body = {"quotas": quotas, "reason": "Keputusan kuota gelombang 71"}
    path = "/api/v1/waves/{wave_id}/quotas"
    recorder.call("POST", path, wave, role="operator", body=body, key=True)
    recorder.call("GET", "/api/v1/quotas", query={"wave_id": wave})


def send_file(recorder: Recorder, wave: str) -> str:
    """Send a file of two candidates, one of whom nobody can admit; return its id."""
    columns = ("nik", "family_card", "name", "birth_date", "regency", "cluster", "scheme")
    known = {
        "nik": "1771015505900000",
        "family_card": "1771010101010000",
        "name": "Sari Contoh",
        "birth_date": "1990-05-15",
        "regency": "17.71",
        "scheme": "digital",
    }

    def written(*people: dict[str, Any]) -> str:
        lines = [columns, *[[one.get(name, "") for name in columns] for one in people]]
        return "".join(",".join(line) + "\n" for line in lines)

    person = candidate()
    wrong = {"regency": "Kota Bengkulu"}
    text = TextBody(
        "text/csv",
        sent=written(person, {**candidate(), **wrong}),
        shown=written(known, {**known, **wrong}),
    )
    path = "/api/v1/waves/{wave_id}/admission-files"
    sent = recorder.call("POST", path, wave, role="operator", text=text, key=True)
    return str(sent.json()["id"])


def follow_file(recorder: Recorder, file_id: str) -> bool:
    """Look how far a file is; once it is done, look at its rows and its admissions, and tell that it is."""
    by_id = "/api/v1/admission-files/{file_id}"
    recorder.forget("GET", by_id)
    if recorder.call("GET", by_id, file_id, role="operator").json()["state"] != "done":
        return False
    recorder.call("GET", f"{by_id}/rows", file_id, role="operator", also=LINES)
    recorder.call("GET", "/api/v1/admission-files", query={"limit": 1}, role="operator")
    path = "/api/v1/admissions"
    made = recorder.call("GET", path, query={"file_id": file_id}, role="operator").json()
    recorder.call("GET", f"{path}/{{admission_id}}", made["items"][0]["id"], role="operator")
    return True


def stop_file(recorder: Recorder) -> None:
    """Send a file for a wave that has not opened, and stop it."""
    window = {"opens_at": recorder.at(7), "closes_at": recorder.at(14)}
    body = {"name": "Gelombang 72", **window}
    wave = recorder.call("POST", "/api/v1/waves", role="operator", body=body, key=True).json()
    file_id = send_file(recorder, str(wave["id"]))
    path, body = "/api/v1/admission-files/{file_id}/stop", {"reason": "Berkas yang salah"}
    recorder.call("POST", path, file_id, role="operator", body=body, key=True)


def candidate() -> dict[str, Any]:
    """Make up a person, with a NIK whose serial is issued to nobody."""
    day, month = secrets.randbelow(28) + 1, secrets.randbelow(12) + 1
    nik = f"1771{secrets.randbelow(90) + 10}{day:02}{month:02}{secrets.randbelow(20) + 75}0000"
    return {
        "nik": nik,
        "family_card": f"1771{secrets.randbelow(10**8):08}0000",
        "name": "Sari Contoh",
        "birth_date": f"19{nik[10:12]}-{month:02}-{day:02}",
        "regency": "17.71",
        "scheme": "digital",
    }
