"""Files of candidates through the gateway: larger than anything else that is sent, and refused in their middle."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import requests

from chassis.identifiers import new_id
from tests.journeys import bodies
from tests.journeys.world import World
from tests.waiting import eventually

ROWS = 15_000
"""More than a megabyte, which is as much as any other call takes."""

LINE = b"3273010205900001,3273011010100001,Sari Contoh,1990-05-02,32.73,,digital\n"
HEADER = b"nik,family_card,name,birth_date,regency,cluster,scheme\n"


def send(world: World, blocks: bytes | Iterator[bytes], wave_id: str) -> requests.Response:
    """Send a file, in chunks where it comes in blocks."""
    headers = {
        "Authorization": f"Bearer {world.operator.token}",
        "Content-Type": "text/csv",
        "Idempotency-Key": str(uuid4()),
    }
    path = f"/api/v1/waves/{wave_id}/admission-files"
    with requests.Session() as session:
        session.trust_env = False
        return session.post(world.system.address + path, data=blocks, headers=headers, timeout=120)


def wave_to_come(world: World) -> str:
    """Open a wave whose window lies ahead, so that its files wait."""
    body = {
        "name": f"Gelombang {new_id()}",
        "opens_at": "2190-01-01T00:00:00Z",
        "closes_at": "2190-02-01T00:00:00Z",
    }
    return str(world.operator.post("/waves", body)["id"])


def test_a_file_is_taken_however_it_is_framed_and_known_again(world: World) -> None:
    wave_id, whole = wave_to_come(world), HEADER + LINE * ROWS
    first = send(world, whole, wave_id)
    assert first.status_code == 202, first.text
    assert (first.json()["state"], first.json()["rows"]) == ("waiting", ROWS)
    blocks = (whole[at : at + 50_000] for at in range(0, len(whole), 50_000))
    again = send(world, blocks, wave_id)
    assert again.status_code == 200, again.text
    assert again.json()["id"] == first.json()["id"]
    stopped = world.operator.post(
        f"/admission-files/{first.json()['id']}/stop", {"reason": "Selesai diuji"}
    )
    assert stopped["state"] == "stopped"


def test_whoever_sends_a_file_that_is_refused_in_its_middle_is_told_the_line(world: World) -> None:
    wave_id = wave_to_come(world)
    spoilt = HEADER + LINE * 9_000 + b"x" * 20_000 + b"\n" + LINE * 9_000
    refused = send(world, spoilt, wave_id)
    assert refused.status_code == 422, refused.text
    assert (refused.json()["code"], refused.json()["line"]) == ("candidate-file-faulty", 9_002)
    assert world.operator.items(f"/admission-files?wave_id={wave_id}") == []


def test_the_worker_admits_a_file_and_each_row_tells_what_became_of_it(world: World) -> None:
    (person,) = world.people.candidates(1)
    wrong = {**person, "regency": "Kota Bengkulu"}
    path = f"/waves/{world.wave()}/admission-files"
    file_id = world.operator.post(path, bodies.file_of([person, wrong]))["id"]

    def done() -> bool:
        return bool(world.operator.read(f"/admission-files/{file_id}")["state"] == "done")

    eventually(done, what="the file is done")
    rows = world.operator.read(f"/admission-files/{file_id}/rows")["items"]
    world.people.private.add(rows[0]["card_number"])
    assert [(row["line"], row["code"]) for row in rows] == [(2, None), (3, "validation-failed")]
    world.check_consistency()
