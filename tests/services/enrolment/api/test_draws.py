"""Draws: who may take part, what is published step by step, and who gets the places."""

from __future__ import annotations

import hashlib
import hmac
from collections import Counter
from datetime import timedelta
from itertools import islice

import pytest
import sqlalchemy as sa

from chassis.clock import utc_now, write_instant
from services.enrolment.domain.draw.merkle_root import merkle_root
from services.enrolment.domain.draw.order_chunk import JUDGED_AT_ONCE
from services.enrolment.storage.applications import ApplicationStore
from services.enrolment.storage.tables.programme import WAVE
from tests.chassis.problem_documents import code, problem
from tests.services.enrolment.draws import (
    ROUND,
    VALUE,
    applied,
    apply,
    apply_many,
    close_window,
    drawn,
    enter,
    go_on,
    listed,
    looked_up,
    open_draw,
    results,
    shown,
    withdraw,
)
from tests.services.enrolment.house import House, document

OF_DRAW = ("draw-announced", "draw-listed", "draw-settled", "draw-ordered", "draw-revealed")


def test_a_draw_is_published_step_by_step_and_can_be_worked_out_again(house: House) -> None:
    wave_id = open_draw(house)
    commitment = shown(house, wave_id)["commitment"]
    ids = sorted(applied(house, wave_id, person) for person in islice(house.supply, 9))
    go_on(house)
    assert shown(house, wave_id)["state"] == "announced"
    close_window(house, wave_id)
    go_on(house)
    draw = shown(house, wave_id)
    assert draw["state"] == "listed"
    assert listed(house, wave_id) == ids
    root = merkle_root(one.encode() for one in ids)
    assert (draw["list"]["applications"], draw["list"]["root"]) == root
    published_at = write_instant(utc_now())
    settled = document(enter(house, wave_id, published_at=published_at))["draw"]
    assert settled["state"] == "settled"
    assert settled["outside_value"] == {
        "value": VALUE,
        "source": ROUND,
        "published_at": published_at,
        "entered_at": settled["outside_value"]["entered_at"],
    }
    assert settled["secret"] is None
    go_on(house)
    draw = shown(house, wave_id)
    secret = bytes.fromhex(draw["secret"])
    assert hashlib.sha256(secret).hexdigest() == commitment
    key = secret + VALUE.encode()
    order = sorted(ids, key=lambda one: hmac.digest(key, one.encode(), "sha256"))
    rows = results(house, wave_id)
    assert [(row["place"], row["application_id"]) for row in rows] == [*enumerate(order, 1)]
    assert draw["order"]["root"] == merkle_root(one.encode() for one in order)[1]
    assert (draw["state"], draw["drawn"], draw["judged"]) == ("done", 9, 9)
    kinds = [entry["kind"] for entry in house.entries()]
    assert tuple(kind for kind in kinds if kind in OF_DRAW) == OF_DRAW
    instants = [
        draw["announced_at"],
        draw["list"]["published_at"],
        draw["outside_value"]["entered_at"],
        draw["order"]["published_at"],
        draw["revealed_at"],
        draw["ended_at"],
    ]
    assert instants == sorted(instants)
    assert house.differences() == []


def test_who_comes_first_gets_the_places_and_the_others_are_told_why_not(house: House) -> None:
    wave_id = open_draw(house)
    quotas = {"quotas": [{"scheme": "digital", "places": 2}], "reason": "Keputusan kuota"}
    document(house.post(f"/waves/{wave_id}/quotas", quotas, "operator"))
    ids = [applied(house, wave_id, person) for person in islice(house.supply, 5)]
    holder = next(house.supply)
    ids.append(applied(house, wave_id, holder))
    house.award_to(holder)
    drawn(house, wave_id)
    rows = results(house, wave_id)
    assert Counter(row["state"] for row in rows) == {"drawn": 2, "not-drawn": 3, "refused": 1}
    entries = [one for one in house.entries() if one["kind"] == "application-judged"]
    assert [one["rule_version"] for one in entries] == ["2023-01"] * 6, "also who got no card"
    states = [row["state"] for row in rows if row["state"] != "refused"]
    assert states == ["drawn"] * 2 + ["not-drawn"] * 3
    assert all(set(row) == {"place", "application_id", "state"} for row in rows)
    assert looked_up(house, ids[-1])["code"] == "nik-already-held"
    draw = shown(house, wave_id)
    assert (draw["drawn"], draw["refused"], draw["not_drawn"]) == (2, 1, 3)
    assert document(house.get(f"/waves/{wave_id}"))["admitted"] == 2
    for row in rows:
        found = looked_up(house, row["application_id"])
        assert (found["place"], found["state"]) == (row["place"], row["state"])
        if row["state"] == "not-drawn":
            assert found["code"] == "quota-full"
    assert house.differences() == []


def test_a_person_who_was_drawn_has_a_card_and_is_found_by_it(house: House) -> None:
    wave_id, person = open_draw(house), next(house.supply)
    applied(house, wave_id, person)
    drawn(house, wave_id)
    found = document(house.look_up("operator", nik=person.nik))
    assert (found["name"], found["wave_id"]) == (person.name, wave_id)
    judged = next(one for one in house.entries() if one["kind"] == "application-judged")
    assert judged["card_ref"] == found["card_ref"]


def test_a_draw_nobody_applied_to_is_done_with_its_secret(house: House) -> None:
    wave_id = open_draw(house)
    document(withdraw(house, applied(house, wave_id, next(house.supply))))
    drawn(house, wave_id)
    draw = shown(house, wave_id)
    assert (draw["state"], draw["judged"], draw["list"]["applications"]) == ("done", 0, 0)
    assert draw["list"]["root"] == hashlib.sha256(b"").hexdigest()
    assert listed(house, wave_id) == []
    assert results(house, wave_id) == []
    assert house.differences() == []


def test_a_withdrawn_application_takes_no_part(house: House) -> None:
    wave_id = open_draw(house)
    stays, goes = (applied(house, wave_id, next(house.supply)) for _ in range(2))
    document(withdraw(house, goes))
    drawn(house, wave_id)
    assert listed(house, wave_id) == [stays]
    assert looked_up(house, goes)["state"] == "withdrawn"


def test_nobody_applies_or_withdraws_once_the_window_is_over_whatever_the_clock_says(
    house: House,
) -> None:
    wave_id = open_draw(house)
    application_id = applied(house, wave_id, next(house.supply))
    close_window(house, wave_id)
    go_on(house)
    with house.as_owner() as connection:
        connection.execute(sa.update(WAVE).values(closes_at=utc_now() + timedelta(hours=1)))
    assert code(apply(house, wave_id, next(house.supply))) == (409, "wave-closed")
    assert code(withdraw(house, application_id)) == (409, "wave-closed")


def test_what_is_not_published_yet_cannot_be_read(house: House) -> None:
    wave_id = open_draw(house)
    for path, needs in (("applications", "listed"), ("results", "ordered")):
        answer = house.get(f"/waves/{wave_id}/draw/{path}")
        assert code(answer) == (409, "draw-too-early")
        assert problem(answer)["needs"] == needs


def test_more_than_are_judged_at_once_are_judged_in_the_order_all_the_same(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.enrolment.storage.applications.IDS_AT_ONCE", 100)
    people = JUDGED_AT_ONCE + 20
    wave_id = open_draw(house)
    quotas = {"quotas": [{"places": JUDGED_AT_ONCE + 5}], "reason": "Keputusan kuota"}
    document(house.post(f"/waves/{wave_id}/quotas", quotas, "operator"))
    apply_many(house, wave_id, islice(house.supply, people))
    assert isinstance(house.service.stores.applications, ApplicationStore)
    drawn(house, wave_id)
    rows = results(house, wave_id)
    assert [row["place"] for row in rows] == list(range(1, people + 1))
    states = [row["state"] for row in rows]
    assert states == ["drawn"] * (JUDGED_AT_ONCE + 5) + ["not-drawn"] * 15
    assert listed(house, wave_id) == sorted(row["application_id"] for row in rows)
    assert house.differences() == []


@pytest.mark.parametrize("path", ["applications", "results"])
def test_list_and_order_come_as_lines_and_as_csv_too(house: House, path: str) -> None:
    wave_id = open_draw(house)
    apply_many(house, wave_id, islice(house.supply, 3))
    drawn(house, wave_id)
    address = f"/waves/{wave_id}/draw/{path}"
    ids = [row["application_id"] for row in document(house.get(address))["items"]]
    lines = house.get(address, headers={"Accept": "application/jsonl"}).text.splitlines()
    table = house.get(address, headers={"Accept": "text/csv"}).text.splitlines()
    assert len(lines) == len(table) - 1 == len(ids)
    for one, line, row in zip(ids, lines, table[1:], strict=True):
        assert f'"application_id":"{one}"' in line
        assert f'"{one}"' in row
