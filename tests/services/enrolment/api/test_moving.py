"""A holder moves: who notes it, what follows from then on, and what stays."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from chassis.clock import read_instant
from tests.chassis.problem_documents import code, pointers, problem
from tests.services.enrolment.api.test_quotas import set_places, used
from tests.services.enrolment.house import House, document
from tests.services.enrolment.people import HeldCard

BANDUNG, JAYAPURA = "32.73", "91.71"
WHY = {"reason": "Surat pindah 470/12/2027"}


def move(house: House, card: HeldCard, *, to: str = JAYAPURA, **caller: Any) -> Any:
    body = {"card_number": card.card_number, "regency": to, **WHY}
    return house.post("/cards/domicile", body, **({"role": "operator"} | caller))


def shown(house: House, card: HeldCard) -> Any:
    return document(house.get("/cards/me", "holder", card=card.card_ref))


@pytest.mark.parametrize(
    "caller",
    [
        {"role": "operator"},
        {"role": "officer", "region": "32"},
        {"role": "officer", "region": BANDUNG},
    ],
    ids=["operator", "officer of the province", "officer of the regency"],
)
def test_who_assists_a_holder_notes_where_they_live_now(
    shared_house: House, caller: dict[str, Any]
) -> None:
    card = shared_house.award(regency=BANDUNG)
    assert document(move(shared_house, card, **caller)) == {
        "card_ref": card.card_ref,
        "region": JAYAPURA,
    }
    assert shown(shared_house, card)["region"] == JAYAPURA
    entry = shared_house.entries()[-1]
    assert (entry["kind"], entry["role"], entry["card_ref"], entry["region"]) == (
        "holder-moved",
        caller["role"],
        card.card_ref,
        JAYAPURA,
    )
    assert entry["body"] == {"from": BANDUNG, "to": JAYAPURA, **WHY}
    assert entry["rule_version"] == "2023-01"
    assert shared_house.differences() == []


def test_from_then_on_officers_of_the_new_region_assist_and_those_of_the_old_do_not(
    shared_house: House,
) -> None:
    card = shared_house.award(regency=BANDUNG)
    document(move(shared_house, card, role="officer", region=BANDUNG))
    for region, expected in (("91", 200), ("32", 404)):
        found = shared_house.look_up(role="officer", region=region, card_number=card.card_number)
        assert found.status_code == expected
    assert code(move(shared_house, card, to=BANDUNG, role="officer", region=BANDUNG)) == (
        404,
        "card-not-found",
    )
    assert document(move(shared_house, card, to=BANDUNG, role="officer", region="91"))


def test_the_clock_that_runs_keeps_its_end_and_the_card_is_counted_where_it_was_awarded(
    house: House,
) -> None:
    house.wave_id = house.open_wave()
    set_places(house, house.wave_id, {"region": "32", "places": 5}, {"region": "91", "places": 5})
    card = house.award(regency=BANDUNG)
    before = shown(house, card)["deadline"]
    document(move(house, card))
    assert shown(house, card)["deadline"] == before
    assert used(house, house.wave_id) == [(5, 1, 4), (5, 0, 5)]
    assert house.differences() == []


def test_the_days_given_back_for_a_cancelled_class_end_where_the_holder_lives_now(
    house: House,
) -> None:
    card = house.award(regency=BANDUNG)
    taken = house.enrolled(card, house.put_class())
    document(move(house, card))
    house.cancel(taken["id"], "operator")
    deadline = read_instant(shown(house, card)["deadline"])
    assert deadline.astimezone(ZoneInfo("Asia/Jayapura")).time() == time(0, 0)
    assert deadline > datetime.now(UTC) + timedelta(days=14)


def test_a_pause_of_the_new_region_holds_for_who_moved_there(house: House) -> None:
    card, class_id = house.award(regency=BANDUNG), house.put_class()
    pause = {"what": "enrolments", "region": "91", "message": "Gempa; sampai 3 Mei"}
    document(house.post("/pauses", pause, "operator"), 201)
    document(move(house, card))
    assert code(house.enrol(card, class_id)) == (409, "enrolments-paused")


def test_the_same_regency_and_a_card_that_has_ended_are_refused(shared_house: House) -> None:
    card = shared_house.award(regency=BANDUNG)
    assert pointers(move(shared_house, card, to=BANDUNG)) == ["/regency"]
    ended = {"card_ref": card.card_ref, "reason": "Data palsu", "case_number": "INSP-3"}
    document(shared_house.post("/cards/revocation", ended, "operator"))
    refused = problem(move(shared_house, card))
    assert (refused["code"], refused["state"]) == ("state-conflict", "revoked")


def test_a_number_out_of_reach_is_as_one_that_no_card_has_and_recorded(shared_house: House) -> None:
    card = shared_house.award(regency=BANDUNG)
    nobody = replace(card, card_number="1234567890123456")
    for named in (card, nobody):
        refused = move(shared_house, named, role="officer", region="33")
        assert code(refused) == (404, "card-not-found")
        entry = shared_house.entries()[-1]
        assert (entry["kind"], entry["body"]["shown"]) == ("card-looked-up", False)


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"regency": "32"}, "/regency"),
        ({"regency": "99.99"}, "/regency"),
        ({"regency": 32.73}, "/regency"),
        ({"reason": "x"}, "/reason"),
        ({"card_number": "12"}, "/card_number"),
        ({"name": "Sari"}, "/name"),
    ],
)
def test_what_names_no_regency_no_card_or_no_reason_is_refused(
    shared_house: House, changes: dict[str, Any], pointer: str
) -> None:
    body = {"card_number": "1234567890123456", "regency": JAYAPURA, **WHY, **changes}
    answer = shared_house.post("/cards/domicile", body, "operator")
    assert (code(answer), pointers(answer)) == ((422, "validation-failed"), [pointer])
