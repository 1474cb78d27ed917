"""Lists of people who may hold no card, as operators import them, and a worker's rounds over them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from werkzeug.test import TestResponse

from chassis.clock import utc_now
from services.enrolment.exclusion_work import ExclusionWork
from services.enrolment.storage.tables.exclusions import (
    EXCLUSION_CASE,
    LISTED_PERSON,
)
from tests.services.enrolment.house import FRESH, House, document
from tests.services.enrolment.people import HeldCard

RINA, BUDI = "operator:rina", "operator:budi"
GROUP = "civil-servant"
LIST = {
    "group": GROUP,
    "issuer": "BKN, surat 12/2026",
    "as_of": "2026-11-01",
    "reason": "Pemutakhiran bulanan",
}
NIK = "327301010180{:04d}".format


def announced(house: House, **changes: Any) -> str:
    """Announce a list, and return its id."""
    return str(document(house.post("/exclusion-lists", {**LIST, **changes}, "operator"), 201)["id"])


def file_of(niks: Iterable[str]) -> bytes:
    """Write the file of a list; each text is a line as it is."""
    return "".join(f"{line}\n" for line in ("nik", *niks)).encode()


def send(
    house: House,
    list_id: str,
    data: bytes,
    *,
    key: str | None = FRESH,
    role: str = "operator",
    content_type: str = "text/csv",
) -> TestResponse:
    """Send the file of a list."""
    path = f"/api/v1/exclusion-lists/{list_id}/rows"
    headers = {"Content-Type": content_type}
    return house.call("POST", path, role=role, key=key, headers=headers, data=data)


def imported(house: House, niks: Iterable[str], **changes: Any) -> str:
    """Import a list that is not in force yet, and return its id."""
    list_id = announced(house, **changes)
    document(send(house, list_id, file_of(niks)))
    return list_id


def previewed(house: House, list_id: str) -> dict[str, Any]:
    """Return what putting a list in force would do."""
    told: dict[str, Any] = document(house.get(f"/exclusion-lists/{list_id}/preview", "operator"))
    return told


def activate(house: House, list_id: str, **options: Any) -> TestResponse:
    """Put a list in force as it is previewed now."""
    body = {"preview": previewed(house, list_id)["preview"]}
    return house.post(f"/exclusion-lists/{list_id}/activation", body, "operator", **options)


def in_force(house: House, niks: Iterable[str], **changes: Any) -> str:
    """Import a list and put it in force; return its id."""
    list_id = imported(house, niks, **changes)
    document(activate(house, list_id))
    return list_id


def withdraw(house: House, list_id: str) -> TestResponse:
    """Take a list back."""
    body = {"reason": "Berkas yang salah"}
    return house.post(f"/exclusion-lists/{list_id}/withdrawal", body, "operator")


def work_of(house: House) -> ExclusionWork:
    """Return a worker's part that looks for holders."""
    return ExclusionWork(house.service.stores, house.service.transactions)


def find_all(house: House) -> int:
    """Let a worker look through everybody; return how many persons it looked through."""
    work, done = work_of(house), 0
    with house.service.database.reading() as connection:
        left = house.service.stores.checked_lists.to_check(connection)
    while left:
        done += work.find_some()
        with house.service.database.reading() as connection:
            left = house.service.stores.checked_lists.to_check(connection)
    return done


def hit(house: House, *cards: HeldCard, **changes: Any) -> str:
    """Put a list in force with holders of cards on it, and let cases be opened; return the list's id."""
    list_id = in_force(house, [card.person.nik for card in cards], **changes)
    find_all(house)
    return list_id


def shown(house: House, list_id: str) -> dict[str, Any]:
    """Return how a list stands."""
    told: dict[str, Any] = document(house.get(f"/exclusion-lists/{list_id}", "auditor"))
    return told


def cases(house: House, **filters: Any) -> list[dict[str, Any]]:
    """Return the cases there are, the oldest first."""
    query = "&".join(f"{name}={value}" for name, value in filters.items())
    items = document(house.get(f"/exclusion-cases?limit=200&{query}", "auditor"))["items"]
    return list(reversed(items))


def case_about(house: House, card: HeldCard) -> str:
    """Open a case about the holder of a card; return its id."""
    hit(house, card)
    [one] = cases(house, card_ref=card.card_ref)
    return str(one["id"])


def decide(
    house: House, case_id: str, decision: str, *, by: str = RINA, reason: str = "Sudah diperiksa"
) -> TestResponse:
    """Decide on a case."""
    body = {"decision": decision, "reason": reason}
    return house.post(f"/exclusion-cases/{case_id}/decision", body, "operator", subject=by)


def appeal(
    house: House, case_id: str, card: HeldCard, text: str = "Saya bukan PNS."
) -> TestResponse:
    """File an appeal as the holder of a card."""
    path = f"/exclusion-cases/{case_id}/appeal"
    return house.post(path, {"text": text}, "holder", card=card.card_ref)


def decide_appeal(
    house: House, case_id: str, decision: str, *, by: str = BUDI, reason: str = "Surat diperiksa"
) -> TestResponse:
    """Decide on an appeal."""
    body = {"decision": decision, "reason": reason}
    return house.post(f"/exclusion-cases/{case_id}/appeal-decision", body, "operator", subject=by)


def revoke(house: House, number: str, card: HeldCard) -> TestResponse:
    """Revoke a card under a number, such as a case's id."""
    body = {"card_ref": card.card_ref, "case_number": number, "reason": "Tidak berhak"}
    return house.post("/cards/revocation", body, "operator")


def card_of(house: House, card: HeldCard) -> dict[str, Any]:
    """Return a card as its holder sees it."""
    told: dict[str, Any] = document(house.get("/cards/me", "holder", card=card.card_ref))
    return told


def own_case(house: House, card: HeldCard) -> dict[str, Any]:
    """Return the only case about the holder of a card, as the holder sees it."""
    [told] = card_of(house, card)["exclusion_cases"]
    return dict(told)


def let_time_pass(house: House, column: sa.Column[Any]) -> None:
    """Let an instant of every case lie a second back."""
    with house.as_owner() as connection:
        ago = utc_now() - timedelta(seconds=1)
        connection.execute(sa.update(EXCLUSION_CASE).values({column.name: ago}))


def told_of(house: House, card: HeldCard) -> list[dict[str, Any]]:
    """Return the entries about a card's cases."""
    return [
        entry
        for entry in house.entries()
        if entry["card_ref"] == card.card_ref and "case_id" in entry["body"]
    ]


def niks(count: int, *, first: int = 1) -> list[str]:
    return [NIK(number) for number in range(first, first + count)]


def digests(house: House, list_id: str) -> int:
    with house.service.database.reading() as connection:
        counted = sa.select(sa.func.count()).where(LISTED_PERSON.c.list_id == list_id)
        return int(connection.execute(counted).scalar_one())


def kinds(house: House) -> list[str]:
    return [entry["kind"] for entry in house.entries() if entry["kind"].startswith("exclusion-")]
