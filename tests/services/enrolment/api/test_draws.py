"""Draws: what is published, in which order, and what nobody can do to them."""

from __future__ import annotations

import hashlib
import hmac
from collections import Counter
from datetime import timedelta
from itertools import islice
from typing import Any

import pytest
import sqlalchemy as sa

from chassis.clock import read_instant, utc_now, write_instant
from chassis.identifiers import new_id, random_reference
from chassis.sealing import SealBroken
from services.enrolment.domain.draw.merkle_root import merkle_root
from services.enrolment.domain.draw.order_chunk import JUDGED_AT_ONCE
from services.enrolment.storage.applications import ApplicationStore
from services.enrolment.storage.draws import HALTED_FOR
from services.enrolment.storage.tables.draws import APPLICATION, DRAW
from services.enrolment.storage.tables.programme import WAVE
from services.enrolment.use_cases.draw.fix_order import ListChanged
from services.enrolment.use_cases.draw.reveal_secret import reveal_secret
from tests.chassis.problem_documents import code, pointers, problem
from tests.services.enrolment.draws import (
    ROUND,
    SOURCE,
    VALUE,
    announce,
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
    work_of,
)
from tests.services.enrolment.house import House, document

NOT_YET = {
    "list": None,
    "outside_value": None,
    "order": None,
    "secret": None,
    "revealed_at": None,
    "judged": 0,
    "drawn": 0,
    "refused": 0,
    "not_drawn": 0,
    "ended_at": None,
}
STANDS_STILL = "draw that stands still"
OF_DRAW = ("draw-announced", "draw-listed", "draw-settled", "draw-ordered", "draw-revealed")


def kinds(house: House) -> list[str]:
    return [entry["kind"] for entry in house.entries()]


def secret_of(house: House, wave_id: str) -> bytes:
    with house.service.database.reading() as connection:
        return house.service.stores.draws.secret_of(connection, wave_id)


def pause(house: House, region: str | None = None) -> str:
    body = {"what": "admissions", "message": "Diperiksa"}
    where = {} if region is None else {"region": region}
    return str(document(house.post("/pauses", {**body, **where}, "operator"), 201)["id"])


def test_a_draw_is_announced_with_the_hash_of_a_secret_before_its_window_opens(
    house: House,
) -> None:
    wave = document(announce(house), 201)
    draw = wave["draw"]
    assert wave["selection"] == "draw"
    assert draw == {
        **NOT_YET,
        "state": "announced",
        "outside_source": SOURCE,
        "outside_after": draw["outside_after"],
        "commitment": hashlib.sha256(secret_of(house, wave["id"])).hexdigest(),
        "announced_at": draw["announced_at"],
    }
    assert document(house.get(f"/waves/{wave['id']}")) == wave
    assert wave in document(house.get("/waves"))["items"]
    assert kinds(house) == ["wave-opened", "draw-announced"]
    assert house.entries()[-1]["body"] == {
        "wave_id": wave["id"],
        "commitment": draw["commitment"],
        "outside_source": SOURCE,
        "outside_after": draw["outside_after"],
    }
    assert draw["outside_after"] >= wave["closes_at"]


def test_every_draw_has_a_secret_of_its_own(house: House) -> None:
    assert len({secret_of(house, open_draw(house)) for _ in range(3)}) == 3


def test_nobody_announces_a_draw_once_people_could_have_applied(house: House) -> None:
    before = house.tables()
    for opens_at in (utc_now(), utc_now() - timedelta(days=1)):
        answer = announce(house, opens_at=write_instant(opens_at))
        assert code(answer) == (409, "draw-announced-too-late")
    assert house.tables() == before


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"outside_source": None}, ["/outside_source"]),
        ({"outside_after": None}, ["/outside_after"]),
        ({"selection": "first-come"}, ["/outside_after", "/outside_source"]),
        ({"selection": None}, ["/outside_after", "/outside_source"]),
        ({"outside_source": ""}, ["/outside_source"]),
        ({"outside_source": "NIK 3273010205900001"}, ["/outside_source"]),
        ({"outside_after": "2026-11-01T00:00:00Z"}, ["/outside_after"]),
    ],
)
def test_a_draw_and_nothing_else_says_which_outside_value_it_will_take(
    house: House, changes: dict[str, Any], named: list[str]
) -> None:
    answer = announce(house, **changes)
    assert (code(answer), sorted(pointers(answer))) == ((422, "validation-failed"), named)


def test_a_wave_of_the_first_has_no_draw(house: House) -> None:
    wave_id = house.open_wave()
    wave = document(house.get(f"/waves/{wave_id}"))
    assert (wave["selection"], wave["draw"]) == ("first-come", None)
    for path in ("applications", "results"):
        assert code(house.get(f"/waves/{wave_id}/draw/{path}")) == (409, "wave-first-come")
        assert code(house.get(f"/waves/{new_id()}/draw/{path}")) == (404, "not-found")
    assert code(enter(house, wave_id)) == (409, "wave-first-come")
    assert code(enter(house, new_id())) == (404, "not-found")


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
    assert [kind for kind in kinds(house) if kind in OF_DRAW] == list(OF_DRAW)
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
    holder = house.award().person
    ids.append(applied(house, wave_id, holder))
    drawn(house, wave_id)
    rows = results(house, wave_id)
    assert Counter(row["state"] for row in rows) == {"drawn": 2, "not-drawn": 3, "refused": 1}
    entries = [one for one in house.entries() if one["kind"] == "application-judged"]
    assert [one["rule_version"] for one in entries] == ["2023-01"] * 6, "also who got no card"
    states = [row["state"] for row in rows if row["state"] != "refused"]
    assert states == ["drawn"] * 2 + ["not-drawn"] * 3
    assert {row["code"] for row in rows if row["state"] == "not-drawn"} == {"quota-full"}
    assert looked_up(house, ids[-1])["code"] == "nik-already-held"
    draw = shown(house, wave_id)
    assert (draw["drawn"], draw["refused"], draw["not_drawn"]) == (2, 1, 3)
    assert document(house.get(f"/waves/{wave_id}"))["admitted"] == 2
    for row in rows:
        found = looked_up(house, row["application_id"])
        assert {name: found[name] for name in ("place", "state", "code")} == {
            name: row[name] for name in ("place", "state", "code")
        }
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


def test_no_outside_value_is_taken_before_the_list_is_published(house: House) -> None:
    wave_id = open_draw(house)
    answer = enter(house, wave_id)
    assert code(answer) == (409, "draw-too-early")
    told = problem(answer)
    assert (told["state"], told["needs"]) == ("announced", "listed")
    close_window(house, wave_id)
    assert code(enter(house, wave_id)) == (409, "draw-too-early")
    assert shown(house, wave_id)["outside_value"] is None


def test_the_outside_value_stands_once_and_for_all(house: House) -> None:
    wave_id = open_draw(house)
    close_window(house, wave_id)
    go_on(house)
    document(enter(house, wave_id))
    before = house.tables()
    assert code(enter(house, wave_id, value="other")) == (409, "outside-value-fixed")
    assert code(enter(house, wave_id)) == (409, "outside-value-fixed")
    assert house.tables() == before
    go_on(house)
    assert code(enter(house, wave_id, value="other")) == (409, "outside-value-fixed")
    assert shown(house, wave_id)["outside_value"]["value"] == VALUE


def test_an_outside_value_that_was_known_too_early_or_is_not_known_yet_is_refused(
    house: House,
) -> None:
    wave_id = open_draw(house)
    close_window(house, wave_id)
    go_on(house)
    at = read_instant(shown(house, wave_id)["list"]["published_at"])
    for early in (at, at - timedelta(days=1)):
        answer = enter(house, wave_id, published_at=write_instant(early))
        assert code(answer) == (409, "outside-value-too-old")
    answer = enter(house, wave_id, published_at=write_instant(utc_now() + timedelta(minutes=5)))
    assert (code(answer), pointers(answer)) == ((422, "validation-failed"), ["/published_at"])


@pytest.mark.parametrize("value", ["", " 7", "7\n", "７", "é", "x" * 201, 7, None])
def test_an_outside_value_that_could_be_written_in_two_ways_is_refused(
    house: House, value: Any
) -> None:
    wave_id = open_draw(house)
    close_window(house, wave_id)
    go_on(house)
    answer = enter(house, wave_id, value=value)
    assert (code(answer), pointers(answer)) == ((422, "validation-failed"), ["/value"])


def test_what_is_not_published_yet_cannot_be_read(house: House) -> None:
    wave_id = open_draw(house)
    for path, needs in (("applications", "listed"), ("results", "ordered")):
        answer = house.get(f"/waves/{wave_id}/draw/{path}")
        assert code(answer) == (409, "draw-too-early")
        assert problem(answer)["needs"] == needs


def test_the_secret_stands_nowhere_before_it_is_told(house: House) -> None:
    wave_id = open_draw(house)
    applied(house, wave_id, next(house.supply))
    secret = secret_of(house, wave_id)
    close_window(house, wave_id)
    go_on(house)
    document(enter(house, wave_id))
    kept = str(house.tables()) + str(house.entries()) + str(shown(house, wave_id))
    assert secret.hex() not in kept
    assert repr(secret) not in kept
    go_on(house)
    assert shown(house, wave_id)["secret"] == secret.hex()


def test_there_is_no_way_to_tell_the_secret_early(house: House) -> None:
    wave_id = open_draw(house)
    stores, transactions = house.service.stores, house.service.transactions

    def reveal(connection: sa.Connection) -> int:
        return reveal_secret(connection, wave_id, request_id="early", stores=stores)

    assert transactions.run(reveal) == 0
    close_window(house, wave_id)
    assert transactions.run(reveal) == 0
    go_on(house)
    assert transactions.run(reveal) == 0
    document(enter(house, wave_id))
    assert transactions.run(reveal) == 0
    early = sa.update(DRAW).values(secret="0" * 64, revealed_at=utc_now(), sealed_secret=None)
    with (
        pytest.raises(sa.exc.IntegrityError, match="draw_revealed_once_ordered"),
        house.as_owner() as connection,
    ):
        connection.execute(early)
    assert shown(house, wave_id)["secret"] is None


@pytest.mark.parametrize("tampering", ["slipped in", "taken away", "exchanged"])
def test_a_list_that_was_tampered_with_is_not_drawn_from(house: House, tampering: str) -> None:
    wave_id = open_draw(house)
    apply_many(house, wave_id, islice(house.supply, 3))
    close_window(house, wave_id)
    go_on(house)
    document(enter(house, wave_id))
    victim = listed(house, wave_id)[1]
    with house.as_owner() as connection:
        tamper(connection, victim, tampering)
    with pytest.raises(ListChanged):
        work_of(house).go_on()
    draw = shown(house, wave_id)
    assert (draw["state"], draw["secret"]) == ("settled", None)
    assert house.differences() != []


def tamper(connection: sa.Connection, victim: str, how: str) -> None:
    mine = APPLICATION.c.application_id == victim
    if how == "taken away":
        connection.execute(sa.delete(APPLICATION).where(mine))
    elif how == "exchanged":
        other = random_reference()
        connection.execute(sa.update(APPLICATION).where(mine).values(application_id=other))
    else:
        row = connection.execute(sa.select(APPLICATION).where(mine)).one()._asdict()
        slipped = {**row, "application_id": random_reference(), "nik_digest": "0" * 64}
        connection.execute(sa.insert(APPLICATION).values(slipped))


def exchange(house: House, table: sa.Table, column: str, rows: list[str]) -> None:
    """Give each of two rows what the other has sealed."""
    [key] = table.primary_key.columns
    query = sa.select(key, table.c[column]).where(key.in_(rows))
    with house.as_owner() as connection:
        sealed = {row[0]: row[1] for row in connection.execute(query)}
        for one, other in (rows, rows[::-1]):
            values = {column: sealed[other]}
            connection.execute(sa.update(table).where(key == one).values(values))


def test_nobody_is_judged_when_it_is_the_turn_of_another(house: House) -> None:
    """The root is over ids: who stands behind them, the digests in the log keep, and the seals."""
    wave_id = open_draw(house)
    apply_many(house, wave_id, islice(house.supply, 2))
    close_window(house, wave_id)
    go_on(house)
    document(enter(house, wave_id))
    exchange(house, APPLICATION, "sealed", listed(house, wave_id))
    while shown(house, wave_id)["state"] != "revealed":
        work_of(house).go_on()
    with pytest.raises(ListChanged):
        work_of(house).go_on()
    assert [row["state"] for row in results(house, wave_id)] == ["applied"] * 2


def test_the_secret_of_another_draw_is_not_told_in_its_place(house: House) -> None:
    waves = [open_draw(house) for _ in range(2)]
    for wave_id in waves:
        close_window(house, wave_id)
    go_on(house)
    for wave_id in waves:
        document(enter(house, wave_id))
    exchange(house, DRAW, "sealed_secret", waves)
    with pytest.raises(SealBroken):
        work_of(house).go_on()
    assert [shown(house, wave_id)["state"] for wave_id in waves] == ["settled"] * 2


def test_one_draw_that_cannot_go_on_does_not_keep_another_from_it(house: House) -> None:
    stuck, free = open_draw(house), open_draw(house)
    for wave_id in (stuck, free):
        apply_many(house, wave_id, islice(house.supply, 2))
        close_window(house, wave_id)
    go_on(house)
    for wave_id in (stuck, free):
        document(enter(house, wave_id))
    with house.as_owner() as connection:
        tamper(connection, listed(house, stuck)[0], "taken away")
    with pytest.raises(ListChanged):
        work_of(house).go_on()
    go_on(house)
    assert (shown(house, free)["state"], shown(house, stuck)["state"]) == ("done", "settled")


def test_a_draw_that_cannot_go_on_says_so_once_and_goes_on_when_all_is_as_it_was(
    house: House,
) -> None:
    wave_id = open_draw(house)
    apply_many(house, wave_id, islice(house.supply, 3))
    close_window(house, wave_id)
    go_on(house)
    document(enter(house, wave_id))
    victim = APPLICATION.c.application_id == listed(house, wave_id)[0]
    with house.as_owner() as connection:
        row = connection.execute(sa.select(APPLICATION).where(victim)).one()._asdict()
        connection.execute(sa.delete(APPLICATION).where(victim))
    with pytest.raises(ListChanged):
        work_of(house).go_on()
    assert work_of(house).go_on() == 0
    [told] = [entry for entry in house.entries() if entry["kind"] == "draw-halted"]
    assert told["body"] == {"wave_id": wave_id, "before": "order"}
    with house.as_owner() as connection:
        connection.execute(sa.insert(APPLICATION).values(row))
    assert [difference["what"][:22] for difference in house.differences()] == [STANDS_STILL]
    with house.as_owner() as connection:
        connection.execute(sa.update(DRAW).values(halted_at=utc_now() - HALTED_FOR))
    go_on(house)
    assert shown(house, wave_id)["state"] == "done"
    assert house.differences() == []


def test_once_the_order_is_certain_nobody_gives_places_to_those_who_come_next(
    house: House,
) -> None:
    wave_id = open_draw(house)
    applied(house, wave_id, next(house.supply))
    quotas = {"quotas": [{"places": 1}], "reason": "Keputusan kuota"}
    path = f"/waves/{wave_id}/quotas"
    close_window(house, wave_id)
    go_on(house)
    document(house.post(path, quotas, "operator"))
    document(enter(house, wave_id))
    answer = house.post(path, quotas, "operator")
    assert (code(answer), problem(answer)["state"]) == ((409, "draw-under-way"), "settled")
    go_on(house)
    document(house.post(path, quotas, "operator"))


def test_while_admissions_are_paused_anywhere_nobody_loses_the_turn(house: House) -> None:
    wave_id = open_draw(house)
    applied(house, wave_id, next(house.supply))
    pause_id = pause(house, "94.04")
    drawn(house, wave_id)
    assert shown(house, wave_id)["state"] == "revealed"
    document(house.post(f"/pauses/{pause_id}/end", {"reason": "Selesai"}, "operator"))
    go_on(house)
    assert shown(house, wave_id)["state"] == "done"


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


def test_cards_of_a_draw_are_undone_like_others(house: House) -> None:
    wave_id = open_draw(house)
    applied(house, wave_id, next(house.supply))
    drawn(house, wave_id)
    admission = document(house.get(f"/admissions?wave_id={wave_id}", "operator"))["items"][0]
    path = f"/admissions/{admission['id']}/undo"
    preview = document(house.get(path, "operator"))["preview"]
    document(house.post(path, {"reason": "Salah", "preview": preview}, "operator"))
    assert house.differences() == []
