"""An auditor takes every journal in every form, and finds nobody's name in it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from typing import Any

from tests.journeys.api import Api
from tests.journeys.world import World


def test_an_auditor_takes_all_three_journals_in_every_form_and_walks_them(world: World) -> None:
    offer = world.offer(seats=2)
    (card,) = world.cards(1)
    enrolment = world.holder(card.ref).post("/enrolments", offer.wish())

    for journal in ("enrolment", "catalog", "accounts"):
        path = f"/log/entries?journal={journal}"
        whole = world.auditor.read(path)["items"]
        size = len(whole)
        assert [entry["position"] for entry in whole] == list(range(1, size + 1))
        lines = world.auditor.get(path, accept="application/jsonl").text.splitlines()
        assert [json.loads(line) for line in lines[:size]] == whole
        table = csv.DictReader(io.StringIO(world.auditor.get(path, accept="text/csv").text))
        rows = [{**row, "body": json.loads(row["body"])} for row in table][:size]
        assert [_as_cells(entry) for entry in whole] == rows
        assert _walk(world.auditor, path, limit=size // 3 + 1)[:size] == whole

    entries = world.journal("enrolment", class_id=offer.class_id)
    assert [entry["position"] for entry in entries] == [enrolment["position"]]
    published = world.journal("catalog", class_id=offer.class_id)
    assert [entry["kind"] for entry in published] == ["class-published"]
    of_card = world.journal("enrolment", card_ref=card.ref)
    assert [entry["kind"] for entry in of_card] == ["card-awarded", "enrolment-confirmed"]
    within = world.journal("enrolment", region="32", kind="enrolment-confirmed")
    assert within == world.journal("enrolment", region="32.73", kind="enrolment-confirmed")
    at = entries[0]["recorded_at"]
    since = world.journal("enrolment", provider_id=offer.provider_id, **{"from": at})
    assert since == entries
    assert world.journal("enrolment", provider_id=offer.provider_id, to=at) == []


def _as_cells(entry: dict[str, Any]) -> dict[str, Any]:
    """Write an entry of JSON as its row in CSV reads."""
    cells = {name: "" if value is None else str(value) for name, value in entry.items()}
    return {**cells, "body": entry["body"]}


def _walk(auditor: Api, path: str, *, limit: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while True:
        after = found[-1]["position"] if found else 0
        page = auditor.read(f"{path}&after={after}&limit={limit}")
        found += page["items"]
        if page["next_cursor"] is None:
            return found


def test_no_export_names_a_person(world: World) -> None:
    offer = world.offer(seats=1)
    (card,) = world.cards(1)
    world.holder(card.ref).post("/enrolments", offer.wish())
    world.provider(offer.provider_id).read(f"/classes/{offer.class_id}/roster")
    for journal in ("enrolment", "catalog", "accounts"):
        for form in ("application/json", "application/jsonl", "text/csv"):
            text = world.auditor.get(f"/log/entries?journal={journal}", accept=form).text
            assert _found(world.people.private, text) == set()


def _found(secrets: Iterable[str], text: str) -> set[str]:
    return {secret for secret in secrets if secret in text}
