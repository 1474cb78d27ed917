"""Correcting a card's money by two people."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from werkzeug.test import TestResponse

from chassis.identifiers import new_id
from services.enrolment.storage.tables.money import CORRECTION
from tests.chassis.problem_documents import code, pointers, problem
from tests.services.enrolment.erasing import past
from tests.services.enrolment.house import FRESH, House, document
from tests.services.enrolment.people import HeldCard

RINA, BUDI = "operator:rina", "operator:budi"
CASE = "BPK-17/2026"
BENEFIT = 3_500_000


def body(card: HeldCard, amount: int = -500_000, **changes: Any) -> dict[str, Any]:
    said = {"amount": amount, "reason": "Dibayar dua kali", "case_number": CASE}
    return {"card_ref": card.card_ref, **said, **changes}


def propose(house: House, card: HeldCard, amount: int = -500_000) -> dict[str, Any]:
    answer = house.post("/corrections", body(card, amount), "operator", subject=RINA)
    proposed: dict[str, Any] = document(answer, 201)
    return proposed


def decide(
    house: House, correction_id: str, what: str, *, by: str = BUDI, key: str = FRESH
) -> TestResponse:
    said = {} if what == "approval" else {"reason": "Sudah diperiksa"}
    path = f"/corrections/{correction_id}/{what}"
    return house.post(path, said, "operator", subject=by, key=key)


def let_it_expire(house: House, correction_id: str) -> None:
    with house.as_owner() as connection:
        connection.execute(
            sa.update(CORRECTION)
            .where(CORRECTION.c.correction_id == correction_id)
            .values(expires_at=CORRECTION.c.proposed_at)
        )


def card_of(house: House, card: HeldCard) -> dict[str, Any]:
    shown: dict[str, Any] = document(house.get("/cards/me", "holder", card=card.card_ref))
    return shown


def test_money_moves_only_once_somebody_else_has_approved(house: House) -> None:
    card = house.award()
    answer = house.post("/corrections", body(card), "operator", subject=RINA)
    proposed = document(answer, 201)
    assert answer.headers["Location"] == f"/api/v1/corrections/{proposed['id']}"
    assert (proposed["status"], proposed["proposed_by"], proposed["decided_by"]) == (
        "proposed",
        RINA,
        None,
    )
    assert card_of(house, card)["balance"] == BENEFIT
    approved = document(decide(house, proposed["id"], "approval"))
    assert (approved["status"], approved["decided_by"]) == ("approved", BUDI)
    assert card_of(house, card)["balance"] == BENEFIT - 500_000
    assert document(house.get(f"/corrections/{proposed['id']}", "auditor")) == approved
    assert house.differences() == []


def test_the_statement_shows_a_correction_with_its_case_number(house: House) -> None:
    card = house.award()
    taken = propose(house, card)
    decide(house, taken["id"], "approval")
    given = propose(house, card, 200_000)
    decide(house, given["id"], "approval")
    items = document(house.get("/cards/me/statement", "holder", card=card.card_ref))["items"]
    assert [(m["cause"], m["from"], m["to"], m["amount"], m["case_number"]) for m in items] == [
        ("award", "state", "card", BENEFIT, None),
        ("correction", "card", "state", 500_000, CASE),
        ("correction", "state", "card", 200_000, CASE),
    ]
    assert [m["correction_id"] for m in items] == [None, taken["id"], given["id"]]


def test_a_card_is_named_by_its_number_too_which_stands_nowhere(house: House) -> None:
    card = house.award()
    named = body(card, card_number=card.card_number)
    del named["card_ref"]
    proposed = document(house.post("/corrections", named, "operator"), 201)
    assert proposed["card_ref"] == card.card_ref
    assert card.card_number not in str(house.entries())


def test_who_proposed_it_cannot_decide_on_it(house: House) -> None:
    card = house.award()
    proposed = propose(house, card)
    before = house.tables()
    for what in ("approval", "refusal"):
        refused = decide(house, proposed["id"], what, by=RINA)
        assert code(refused) == (409, "same-person")
        assert "another operator" in problem(refused)["detail"]
    assert code(decide(house, proposed["id"], "withdrawal")) == (409, "state-conflict")
    assert house.tables() == before


def test_it_is_refused_by_another_or_withdrawn_by_its_proposer_and_no_money_moves(
    house: House,
) -> None:
    card = house.award()
    first, second = propose(house, card), propose(house, card)
    refused = document(decide(house, first["id"], "refusal"))
    assert (refused["status"], refused["decision_reason"]) == ("refused", "Sudah diperiksa")
    withdrawn = document(decide(house, second["id"], "withdrawal", by=RINA))
    assert (withdrawn["status"], withdrawn["decided_by"]) == ("withdrawn", RINA)
    for correction in (first, second):
        for what in ("approval", "refusal"):
            again = decide(house, correction["id"], what)
            assert code(again) == (409, "state-conflict")
    assert card_of(house, card)["balance"] == BENEFIT
    assert house.differences() == []


def test_a_proposal_expires_and_says_so(house: House) -> None:
    proposed = propose(house, house.award())
    let_it_expire(house, proposed["id"])
    assert document(house.get(f"/corrections/{proposed['id']}", "operator"))["status"] == "expired"
    for what in ("approval", "refusal"):
        late = decide(house, proposed["id"], what)
        assert code(late) == (409, "state-conflict")
        assert problem(late)["state"] == "expired"
    assert house.differences() == []


def test_a_proposal_stands_for_seven_days(house: House) -> None:
    proposed = propose(house, house.award())
    with house.service.database.reading() as connection:
        row = connection.execute(sa.select(CORRECTION)).one()
    assert row.expires_at - row.proposed_at == timedelta(days=7)
    assert proposed["status"] == "proposed"


def test_the_approval_judges_by_what_is_true_then(house: House) -> None:
    card, class_id = house.award(), house.put_class(price=BENEFIT)
    taking, giving = propose(house, card, -1), propose(house, card, 1)
    taken = house.enrolled(card, class_id, price=BENEFIT)
    for correction, most in ((taking, 0), (giving, 0)):
        refused = decide(house, correction["id"], "approval")
        assert code(refused) == (409, "balance-out-of-bounds")
        assert (problem(refused)["balance"], problem(refused)["most"]) == (0, most)
    house.cancel(taken["id"], "operator")
    document(decide(house, taking["id"], "approval"))
    document(decide(house, giving["id"], "approval"))
    assert card_of(house, card)["balance"] == BENEFIT
    assert house.differences() == []


def test_of_a_card_that_has_ended_nothing_is_proposed_that_could_not_be_approved(
    house: House,
) -> None:
    card = house.award()
    waits = propose(house, card)
    case = {"card_ref": card.card_ref, "reason": "Selesai", "case_number": CASE}
    document(house.post("/cards/revocation", case, "operator"))
    before = house.tables()
    refused = [
        problem(house.post("/corrections", body(card), "operator", subject=RINA)),
        problem(decide(house, waits["id"], "approval")),
    ]
    for told in refused:
        assert (told["code"], told["card_state"]) == ("card-not-usable", "revoked")
    assert refused[0]["detail"] == refused[1]["detail"]
    assert house.tables() == before
    document(decide(house, waits["id"], "refusal"))


def test_before_it_is_noted_that_a_card_ran_out_it_has_ended_for_a_proposal_too(
    house: House,
) -> None:
    card = house.award()
    past(house, card)
    told = problem(house.post("/corrections", body(card), "operator", subject=RINA))
    assert (told["code"], told["card_state"]) == ("card-not-usable", "expired")


def test_a_correction_beside_a_running_training_leaves_its_state_and_money(house: House) -> None:
    card, class_id = house.award(), house.put_class()
    taken = house.enrolled(card, class_id)
    decide(house, propose(house, card, -300_000)["id"], "approval")
    shown = card_of(house, card)
    assert (shown["status"], shown["balance"]) == ("in_training", 2_500_000)
    house.cancel(taken["id"], "operator")
    assert card_of(house, card)["balance"] == 3_200_000
    assert house.differences() == []


def test_everything_is_journaled_with_who_and_why(house: House) -> None:
    card = house.award()
    proposed = propose(house, card)
    decide(house, proposed["id"], "approval")
    decide(house, propose(house, card)["id"], "refusal")
    decide(house, propose(house, card)["id"], "withdrawal", by=RINA)
    told = [entry for entry in house.entries() if entry["kind"].startswith("correction-")]
    assert [(entry["kind"].removeprefix("correction-"), entry["actor"]) for entry in told] == [
        ("proposed", RINA),
        ("approved", BUDI),
        ("proposed", RINA),
        ("refused", BUDI),
        ("proposed", RINA),
        ("withdrawn", RINA),
    ]
    assert {entry["card_ref"] for entry in told} == {card.card_ref}
    assert told[1]["body"] | {"movement_id": ""} == {
        "correction_id": proposed["id"],
        "case_number": CASE,
        "amount": -500_000,
        "proposed_by": RINA,
        "balance": 3_000_000,
        "card_state": "awarded",
        "movement_id": "",
    }
    assert told[1]["rule_version"] == "2023-01"


def test_an_approval_repeated_with_its_key_is_one_approval(house: House) -> None:
    card = house.award()
    proposed = propose(house, card)
    first, second = (
        decide(house, proposed["id"], "approval", key="the-same-key") for _ in range(2)
    )
    assert (first.status_code, first.data) == (200, second.data)
    assert card_of(house, card)["balance"] == 3_000_000


def test_corrections_are_listed_newest_first_and_narrowed(house: House) -> None:
    one, other = house.award_many(2)
    ids = [propose(house, card)["id"] for card in (one, other, one, one)]
    decide(house, ids[0], "approval")
    let_it_expire(house, ids[3])

    def listed(query: str) -> list[str]:
        items = document(house.get(f"/corrections{query}", "auditor"))["items"]
        return [item["id"] for item in items]

    assert listed("") == ids[::-1]
    assert listed("?status=proposed") == [ids[2], ids[1]]
    assert listed("?status=expired") == [ids[3]]
    assert listed("?status=approved") == [ids[0]]
    assert listed(f"?card_ref={other.card_ref}") == [ids[1]]
    first = document(house.get("/corrections?limit=3", "operator"))
    rest = document(house.get(f"/corrections?limit=3&cursor={first['next_cursor']}", "operator"))
    assert [item["id"] for item in first["items"] + rest["items"]] == ids[::-1]


def test_a_card_that_is_not_there_is_told_counted_and_recorded(house: House) -> None:
    card = house.award()
    named = body(card, card_number="9999999999999999")
    del named["card_ref"]
    assert code(house.post("/corrections", named, "operator")) == (404, "card-not-found")
    entry = house.entries()[-1]
    assert (entry["kind"], entry["body"]["reason"]) == (
        "card-looked-up",
        "Correction refused: card-not-found",
    )
    absent = body(card, card_ref=new_id())
    assert code(house.post("/corrections", absent, "operator")) == (404, "card-not-found")


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"amount": 0}, "/amount"),
        ({"amount": 3_500_001}, "/amount"),
        ({"amount": -3_500_001}, "/amount"),
        ({"amount": 1.5}, "/amount"),
        ({"amount": "5"}, "/amount"),
        ({"card_number": "1234567890123456"}, "/card_number"),
        ({"card_ref": "x"}, "/card_ref"),
        ({"reason": ""}, "/reason"),
        ({"reason": "NIK 3273014101900001"}, "/reason"),
        ({"case_number": "3273014101900001"}, "/case_number"),
        ({"case_number": "x" * 65}, "/case_number"),
        ({"approved": True}, "/approved"),
    ],
)
def test_a_proposal_that_cannot_be_read_is_refused_by_the_field(
    shared_house: House, changes: dict[str, Any], pointer: str
) -> None:
    proposal = {
        "card_ref": new_id(),
        "amount": 1,
        "reason": "Salah hitung",
        "case_number": CASE,
        **changes,
    }
    answer = shared_house.post("/corrections", proposal, "operator")
    assert code(answer) == (422, "validation-failed")
    assert pointers(answer) == [pointer]


SPOILINGS: list[dict[str, Any]] = [
    {"amount": 0},
    {"amount": 3_500_001},
    {"state": "approved"},
    {"state": "approved", "decided_by": RINA, "decided_at": sa.text("proposed_at")},
    {"state": "refused", "decided_by": RINA, "decided_at": sa.text("proposed_at")},
    {"state": "withdrawn", "decided_by": BUDI, "decided_at": sa.text("proposed_at")},
    {"decided_by": BUDI, "decided_at": sa.text("proposed_at")},
    {"state": "expired", "decided_by": BUDI, "decided_at": sa.text("proposed_at")},
]


def test_the_database_refuses_what_the_rules_forbid(house: House) -> None:
    propose(house, house.award())
    for spoiling in SPOILINGS:
        with house.service.database.writing() as connection, pytest.raises(sa.exc.IntegrityError):
            connection.execute(sa.update(CORRECTION).values(**spoiling))
