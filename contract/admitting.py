"""What an operator admits in the journey: a wave, and people who exist nowhere."""

from __future__ import annotations

import secrets
from typing import Any

from contract.recorder import Recorder


def open_wave(recorder: Recorder) -> str:
    """Open a wave, and return its id."""
    window = {"opens_at": recorder.at(-1), "closes_at": recorder.at(14)}
    body = {"name": "Gelombang 71", **window}
    opened = recorder.call("POST", "/api/v1/waves", role="operator", body=body, key=True)
    return str(opened.json()["id"])


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
