"""Lists of people who may hold no card, through the gateway: sent in one stream, their holders found by the worker."""

from __future__ import annotations

from chassis.identifiers import new_id
from tests.journeys import bodies
from tests.journeys.api import Api
from tests.journeys.world import World

ROWS = 70_000
"""More than a megabyte, which is as much as any other call takes."""


def nik(number: int) -> str:
    day, serial = divmod(number, 9_000)
    return f"737101{day % 28 + 1:02d}0185{serial + 1:04d}"


def announced(world: World, group: str) -> str:
    list_id = world.operator.post("/exclusion-lists", bodies.exclusion_list(group=group))["id"]
    return str(list_id)


def test_a_large_list_is_taken_and_its_duplicates_are_counted(world: World) -> None:
    list_id = announced(world, "police")
    rows = bodies.file_of_niks([*map(nik, range(ROWS)), nik(0), "7371"])
    told = world.operator.post(f"/exclusion-lists/{list_id}/rows", rows)
    counted = [told[name] for name in ("rows", "listed", "duplicates", "refused")]
    assert counted == [ROWS + 2, ROWS, 1, 1]
    seen = world.operator.read(f"/exclusion-lists/{list_id}/preview")
    assert (seen["added"], seen["removed"]) == (ROWS, 0)
    refused = world.operator.read(f"/exclusion-lists/{list_id}/refusals")["items"]
    assert [row["line"] for row in refused] == [ROWS + 3]


def test_a_list_that_is_refused_in_its_middle_can_be_sent_again(world: World) -> None:
    path = f"/exclusion-lists/{announced(world, 'military')}"
    spoilt = bodies.file_of_niks(map(nik, range(9_000))) + b"x" * 20_000 + b"\n" + b"x" * 200_000
    answer = world.operator.call("POST", f"{path}/rows", body=spoilt, key=new_id())
    assert answer.status_code == 422, answer.text
    assert (answer.json()["code"], answer.json()["line"]) == ("exclusion-file-faulty", 9_002)
    assert world.operator.read(path)["status"] == "awaited"
    assert world.operator.post(f"{path}/rows", bodies.file_of_niks([nik(1)]))["listed"] == 1


def test_a_holder_who_is_found_on_a_list_is_told_and_heard(world: World) -> None:
    card, _, case_id = world.excluded_card()
    holder = world.holder(card.ref)
    [case] = holder.read("/cards/me")["exclusion_cases"]
    assert (case["id"], case["status"]) == (case_id, "open")
    path = f"/exclusion-cases/{case_id}"
    rina, budi = (
        Api(world.system.address, world.system.token("operator", subject=name))
        for name in ("operator-rina", "operator-budi")
    )
    rina.post(f"{path}/decision", {"decision": "upheld", "reason": "Tercatat di arsip"})
    assert holder.read("/cards/me")["status"] == "barred"
    holder.post(f"{path}/appeal", {"text": "Kartu itu milik saudara saya."})
    decision = {"decision": "granted", "reason": "Nama sama, orang lain"}
    budi.post(f"{path}/appeal-decision", decision)
    assert holder.read("/cards/me")["status"] == "awarded"
    world.check_consistency()
