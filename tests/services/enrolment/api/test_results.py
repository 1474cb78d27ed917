"""Results: computed from evidence, once, and what they do to card, money and seat."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chassis.clock import utc_now, write_instant
from chassis.identifiers import new_id
from tests.chassis.problem_documents import code, pointers, problem
from tests.services.enrolment.house import DAY, PRICE, House, document, house_on
from tests.services.enrolment.teaching import FINAL_TEST, HOUR, Taught, taught


def movements(of: Taught, person: int = 0) -> list[tuple[Any, ...]]:
    card = of.cards[person].card_ref
    items = document(of.house.get("/cards/me/statement", "holder", card=card))["items"]
    return [(each["cause"], each["from"], each["to"], each["amount"]) for each in items]


def test_who_came_and_sat_the_test_completes_and_the_money_stays_set_aside(house: House) -> None:
    of = taught(house)
    of.came()
    before = len(movements(of))
    told = document(of.judge())
    assert (told["status"], told["card_status"]) == ("completed", "between")
    assert (told["returned_to_state"], told["open_again_at"]) == (0, None)
    card = of.card()
    assert (card["status"], card["deadline"]) == ("between", told["next_purchase_until"])
    assert len(movements(of)) == before
    entry = house.entries()[-1]
    assert (entry["kind"], entry["position"]) == ("enrolment-completed", told["position"])
    shown = told["attendance"]
    counted = [*shown["meetings"][0]["evidence"], *shown["final_test"]["evidence"]]
    assert entry["body"]["evidence"] == counted
    assert entry["rule_version"] == "2023-01"
    assert house.differences() == []


@pytest.mark.parametrize(("present", "ends"), [(True, "incomplete"), (False, "no_show")])
def test_what_was_not_completed_returns_its_price_to_the_state(
    house: House, present: bool, ends: str
) -> None:
    of = taught(house)
    of.came(0, 1, present=present)
    balance = of.card()["balance"]
    told = document(of.judge())
    assert (told["status"], told["returned_to_state"]) == (ends, PRICE)
    assert movements(of)[-1] == ("unfinished", "set_aside", "state", PRICE)
    assert of.card()["balance"] == balance
    assert of.card()["status"] == "between"
    assert house.entries()[-1]["kind"] == f"enrolment-{ends.replace('_', '-')}"
    assert house.differences() == []


def test_a_class_that_was_free_of_charge_moves_no_money(house: House) -> None:
    of = taught(house, price=0)
    of.came(0, 1)
    assert document(of.judge())["returned_to_state"] == 0
    assert house.differences() == []


def test_the_outcome_cannot_be_stated(house: House) -> None:
    of = taught(house)
    of.came(0, 1)
    for body in ({"status": "completed"}, {"outcome": "completed"}, {"attended": 5}):
        path = f"/enrolments/{of.enrolments[0]}/result"
        answer = house.post(path, body, "provider", provider=of.provider_id)
        assert code(answer) == (422, "validation-failed")


def test_a_result_is_refused_by_name_before_its_time_and_without_evidence(house: House) -> None:
    early = taught(house, ended=-HOUR)
    answer = early.judge()
    assert code(answer) == (409, "training-not-over")
    assert problem(answer)["ends_at"] > write_instant(utc_now())
    of = taught(house)
    assert code(of.judge()) == (409, "evidence-missing")
    assert of.state() == "active"


def test_the_same_result_is_not_given_twice_but_answered_again_under_its_key(house: House) -> None:
    of = taught(house)
    of.came()
    first, again = (of.judge(key="hasil-kelas-1") for _ in range(2))
    assert (first.status_code, first.data) == (200, again.data)
    assert code(of.judge()) == (409, "state-conflict")


def test_who_never_showed_the_code_is_asked_for_it_first(house: House) -> None:
    of = taught(house, 3, redeemed=False)
    of.came(0)
    assert code(of.judge(0)) == (409, "not-redeemed")
    assert of.next(0)["action"] == "redemption"
    shown = document(
        house.get(f"/enrolments/{of.enrolments[0]}", "holder", card=of.cards[0].card_ref)
    )
    house.redeem(of.enrolments[0], shown["redeem_code"], "provider", provider=of.provider_id)
    assert document(of.judge(0))["status"] == "completed"
    of.came(1)
    assert document(of.judge(1, "operator"))["status"] == "completed"
    of.came(2, 1, present=False)
    assert document(of.judge(2))["status"] == "no_show"
    assert house.differences() == []


def test_after_the_fourteenth_day_only_the_operator_gives_it_for_a_reason(house: House) -> None:
    of = taught(house, ended=20 * DAY)
    of.came()
    answer = of.judge()
    assert code(answer) == (409, "result-too-late")
    assert of.next() == {
        "action": "result",
        "actor": "operator",
        "due_at": problem(answer)["due_at"],
        "overdue": True,
    }
    path = f"/enrolments/{of.enrolments[0]}/result"
    assert pointers(house.post(path, {}, "operator")) == ["/reason"]
    assert document(of.judge(role="operator"))["status"] == "completed"
    assert house.entries()[-1]["body"]["reason"] == "LPK tidak menjawab"


def test_the_last_instant_of_the_fourteenth_day_is_the_providers(house: House) -> None:
    """The class ended so that its fourteenth day ends in a while, or has just ended, by the clock of its zone."""
    midnight = utc_now().replace(hour=17, minute=0, second=0, microsecond=0)
    while midnight <= utc_now():
        midnight += DAY
    for day, expected in ((midnight - 15 * DAY, 200), (midnight - 16 * DAY, 409)):
        of = taught(house, ended=utc_now() - day - HOUR)
        of.came()
        assert of.judge().status_code == expected


def test_a_class_gets_its_results_at_once_each_by_itself(house: House) -> None:
    of = taught(house, 4)
    of.came(0)
    of.came(1, 1, present=False)
    house.cancel(of.enrolments[3], "operator")
    told = document(of.judge_all())
    assert [(each["id"], each["status"]) for each in told["given"]] == [
        (of.enrolments[0], "completed"),
        (of.enrolments[1], "no_show"),
    ]
    assert [(each["enrolment_id"], each["code"]) for each in told["refused"]] == [
        (of.enrolments[2], "evidence-missing")
    ]
    assert told["next_after"] is None
    again = document(of.judge_all())
    assert (again["given"], len(again["refused"])) == ([], 1)
    assert house.differences() == []


def test_a_large_class_goes_on_where_it_stopped(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.enrolment.use_cases.learning.give_results.RESULTS_AT_ONCE", 2)
    of = taught(house, 3)
    of.came(1)
    first = document(of.judge_all())
    assert [each["enrolment_id"] for each in first["refused"]] == [of.enrolments[0]]
    assert first["next_after"] == of.enrolments[1]
    rest = document(of.judge_all(after=first["next_after"]))
    assert [each["enrolment_id"] for each in rest["refused"]] == [of.enrolments[2]]
    assert rest["next_after"] is None


def test_another_providers_class_and_enrolments_are_not_there(house: House) -> None:
    of = taught(house)
    of.came()
    for other in (
        of.judge(provider=new_id()),
        house.post(f"/classes/{of.class_id}/results", {}, "provider", provider=new_id()),
        house.post(f"/classes/{new_id()}/results", {"reason": "Uji"}, "operator"),
    ):
        assert code(other) == (404, "not-found")
    assert of.state() == "active"


def test_an_operator_says_why_for_a_class_too(house: House) -> None:
    of = taught(house)
    of.came()
    assert pointers(of.judge_all("operator")) == ["/reason"]
    assert len(document(of.judge_all("operator", reason="LPK tutup"))["given"]) == 1


def test_a_used_seat_is_given_to_nobody_else_and_the_numbers_agree(house: House) -> None:
    of = taught(house, declared_seats=10)
    of.came()
    path = f"/classes/{of.class_id}/availability"
    before = document(house.get(path))
    of.judge()
    assert document(house.get(path)) == before
    assert house.differences() == []


def test_what_comes_after_the_result_is_kept_and_changes_nothing(house: House) -> None:
    of = taught(house, meetings=2)
    of.came(0, 1)
    document(of.judge())
    for sequence in (2, FINAL_TEST):
        [kept] = document(of.record(of.item(0, sequence)))["accepted"]
        assert kept["counts"] is False
        assert house.entries()[-1]["body"]["counts"] is False
    assert of.state() == "incomplete"
    own = {"provider": of.provider_id}
    shown = document(house.get(f"/enrolments/{of.enrolments[0]}/attendance", "provider", **own))
    assert [each["counts"] for each in shown["evidence"]] == [True, False, False]
    tally = shown["attendance"]
    assert (tally["attended"], tally["final_test"]["present"]) == (1, None)
    read = house.get(f"/classes/{of.class_id}/roster", "provider", **own)
    assert [line["attended"] for line in document(read)["items"]] == [1]
    assert house.differences() == []


def test_a_class_that_was_called_off_has_no_results(house: House) -> None:
    of = taught(house)
    of.came()
    of.put(status="cancelled")
    assert code(of.judge()) == (409, "state-conflict")


def test_a_class_called_off_after_its_results_leaves_them_alone(house: House) -> None:
    of = taught(house, 2)
    of.came(0)
    document(of.judge(0))
    of.put(status="cancelled")
    with house.service.database.reading() as connection:
        left = house.service.stores.classes.called_off_after(connection, "", limit=5)
    assert left == [of.class_id]
    house.cancel(of.enrolments[1], "operator")
    with house.service.database.reading() as connection:
        left = house.service.stores.classes.called_off_after(connection, "", limit=5)
    assert left == []
    assert of.state(0) == "completed"
    assert house.differences() == []


@pytest.mark.parametrize(("came", "returned"), [(True, PRICE), (False, 0)])
def test_an_audit_voids_a_result_and_what_is_still_set_aside_goes_to_the_state(
    house: House, came: bool, returned: int
) -> None:
    of = taught(house)
    of.came(*((0,) if came else (0, 1)))
    document(of.judge())
    card = of.card()
    told = document(of.void())
    assert (told["status"], told["returned_to_state"]) == ("voided", returned)
    assert of.card() == card
    entry = house.entries()[-1]
    assert entry["kind"] == "enrolment-voided"
    assert entry["body"]["case_number"] == "INSP-7"
    assert code(of.void()) == (409, "state-conflict")
    assert of.next() is None
    assert house.differences() == []


def test_only_a_result_is_voided(house: House) -> None:
    of = taught(house)
    answer = of.void()
    assert code(answer) == (409, "state-conflict")
    assert problem(answer)["state"] == "active"


def test_a_waiting_time_of_the_rules_keeps_the_card_from_buying_until_it_is_opened(
    house: House,
) -> None:
    with house_on(house.places, wait_after_unfinished_days=7) as strict:
        of = taught(strict)
        of.came(0, 1)
        opens = document(of.judge())["open_again_at"]
        following = strict.put_class()
        answer = strict.enrol(of.cards[0], following)
        assert code(answer) == (409, "waiting-time-runs")
        assert problem(answer)["open_again_at"] == opens
        path, body = f"/enrolments/{of.enrolments[0]}/opening", {"reason": "Sakit, surat dokter"}
        assert document(strict.post(path, body, "operator"))["open_again_at"] < opens
        assert strict.enrol(of.cards[0], following).status_code == 201
        assert code(strict.post(path, body, "operator")) == (409, "state-conflict")
        assert strict.differences() == []


def test_under_the_rules_in_force_who_did_not_complete_buys_the_next_class_at_once(
    house: House,
) -> None:
    of = taught(house)
    of.came(0, 1)
    document(of.judge())
    assert house.enrol(of.cards[0], house.put_class()).status_code == 201
    assert code(house.enrol(of.cards[0], of.class_id))[1] == "already-enrolled"
    assert house.differences() == []


def test_rules_that_return_nothing_leave_the_money_set_aside(house: House) -> None:
    with house_on(house.places, unfinished_returns_to_state=False) as mild:
        of = taught(mild)
        of.came(0, 1)
        assert document(of.judge())["returned_to_state"] == 0
        assert document(of.void())["returned_to_state"] == PRICE
        assert mild.differences() == []


def test_an_earlier_enrolment_is_explained_with_the_trainings_that_ran_then(house: House) -> None:
    of = taught(house)
    of.came(0, 1)
    document(of.judge())
    taken = house.enrolled(of.cards[0], house.put_class())
    body = {"enrolment_id": taken["id"]}
    told = document(house.post("/rules/explanation", body, "operator"))
    running = next(each for each in told["checks"] if each["rule"] == "running-trainings")
    assert json.dumps(running["compared"]) == '{"running": 0, "most": 1}'
