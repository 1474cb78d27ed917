"""Recovery with an officer: within the region, recorded, once, and the old channel is told."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from chassis.idempotency import KEPT_FOR
from services.accounts.app import build
from services.accounts.development import issue_token
from services.accounts.domain.people.messages import Recipient
from services.accounts.service import AccountsService
from services.accounts.storage import STORED_ANSWER
from services.accounts.storage.people_tables import RECOVERY
from services.accounts.use_cases.people.bounds import WRONG_CODES_AT_ADDRESS
from tests.conformity import held_to_contract
from tests.services.accounts.people import (
    BUDI,
    NOBODYS_CARD,
    OTHER_PASSWORD,
    SITI,
    Visitor,
    add_holder,
    kinds_in_journal,
    messages_of,
    with_no_place,
    without_token,
)

WHY = "Telepon hilang, KTP dilihat"


class Office:
    """An officer's or an operator's programs."""

    def __init__(self, app: Flask, variables: dict[str, str], role: str, **bound: str) -> None:
        self._client = app.test_client()
        token = issue_token(role=role, environment=variables, **bound)
        self._headers = {"Authorization": f"Bearer {token}"}

    def start(self, *, key: str | None = None, **numbers: str) -> TestResponse:
        body = {**numbers, "reason": numbers.pop("reason", WHY)}
        headers = self._headers | ({"Idempotency-Key": key} if key else {})
        return self._client.post("/api/v1/recoveries", json=body, headers=headers)

    def list(self, query: str = "") -> Any:
        answer = self._client.get(f"/api/v1/recoveries{query}", headers=self._headers)
        assert answer.status_code == 200
        return answer.json

    def withdraw(self, recovery_id: str) -> TestResponse:
        path = f"/api/v1/recoveries/{recovery_id}/withdrawal"
        return self._client.post(path, headers=self._headers)


@pytest.fixture
def office(app: Flask, variables: dict[str, str]) -> Office:
    return Office(app, variables, "officer", region="17")


def recover(
    visitor: Visitor, code: str, card_number: str = SITI.card_number, password: str = OTHER_PASSWORD
) -> TestResponse:
    return visitor.send("/recover", card_number=card_number, code=code, password=password)


@pytest.mark.parametrize("numbers", [{"card_number": SITI.card_number}, {"nik": SITI.nik}])
def test_an_officer_lets_a_holder_in_again_and_the_old_channel_is_told(
    house: AccountsService, office: Office, app: Flask, visitor: Visitor, numbers: dict[str, str]
) -> None:
    add_holder(house)
    lost = Visitor(app.test_client())
    lost.sign_in(SITI.card_number)

    started = office.start(**numbers)
    assert started.status_code == 201
    assert started.headers["Cache-Control"] == "no-store"
    document = started.json or {}
    assert re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}", document["code"])
    assert document["name"] == SITI.name
    done = recover(visitor, document["code"].lower().replace("-", " "))

    assert (done.status_code, done.headers["Location"]) == (303, "/account")
    assert visitor.is_signed_in()
    assert not lost.is_signed_in()
    (told,) = messages_of(house)
    assert (told.kind, told.to) == ("access-recovered", Recipient(card=SITI.card))
    assert lost.sign_in(SITI.card_number, OTHER_PASSWORD).status_code == 303
    kinds = ["recovery-started", "recovery-completed", "password-changed"]
    assert kinds_in_journal(house) == kinds
    (shown,) = office.list()["items"]
    assert (shown["state"], shown["started_by"]) == ("used", "development:officer:17")


def test_a_holder_who_never_signed_in_gets_an_account_by_it(
    house: AccountsService, office: Office, visitor: Visitor
) -> None:
    code = (office.start(nik=SITI.nik).json or {})["code"]

    assert recover(visitor, code).status_code == 303
    kinds = ["recovery-started", "recovery-completed", "account-created", "account-activated"]
    assert kinds_in_journal(house) == kinds


def test_an_officer_of_another_region_finds_nobody(
    app: Flask, variables: dict[str, str], house: AccountsService
) -> None:
    elsewhere = Office(app, variables, "officer", region="32")

    refused = elsewhere.start(card_number=SITI.card_number)
    absent = elsewhere.start(card_number=NOBODYS_CARD)

    assert refused.status_code == absent.status_code == 404
    assert {**(refused.json or {}), "request_id": ""} == {**(absent.json or {}), "request_id": ""}
    assert kinds_in_journal(house) == []


def test_officers_see_and_withdraw_what_is_in_their_region_only(
    app: Flask, variables: dict[str, str], office: Office, visitor: Visitor
) -> None:
    operator = Office(app, variables, "operator")
    mine = operator.start(nik=SITI.nik).json or {}
    operator.start(nik=BUDI.nik)
    regency = Office(app, variables, "officer", region="17.71")
    elsewhere = Office(app, variables, "officer", region="32")
    auditor = Office(app, variables, "auditor")

    counts = [len(one.list()["items"]) for one in (operator, auditor, office, regency, elsewhere)]
    assert counts == [2, 2, 1, 1, 1]
    assert elsewhere.withdraw(mine["id"]).status_code == 404
    withdrawn = office.withdraw(mine["id"])
    assert (withdrawn.json or {})["state"] == "withdrawn"
    assert office.withdraw(mine["id"]).status_code == 409
    assert recover(visitor, mine["code"]).status_code == 422


def test_lists_go_on_where_they_ended(app: Flask, variables: dict[str, str]) -> None:
    operator = Office(app, variables, "operator")
    made = [(operator.start(nik=holder.nik).json or {})["id"] for holder in (SITI, BUDI, SITI)]

    seen, cursor = [], ""
    while True:
        page = operator.list(f"?limit=1{cursor}")
        seen += [item["id"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert seen == list(reversed(made))


def test_a_new_code_ends_the_one_before(office: Office, visitor: Visitor) -> None:
    first = (office.start(nik=SITI.nik).json or {})["code"]
    second = (office.start(nik=SITI.nik).json or {})["code"]

    assert recover(visitor, first).status_code == 422
    assert recover(visitor, second).status_code == 303


def test_wrong_codes_of_strangers_leave_the_right_one_good(
    office: Office, app: Flask, visitor: Visitor
) -> None:
    code = (office.start(nik=SITI.nik).json or {})["code"]
    stranger = Visitor(app.test_client(), address="203.0.113.7")
    for _ in range(WRONG_CODES_AT_ADDRESS.count):
        assert recover(stranger, "AAAAA-AAAAA").status_code == 422

    kept_waiting = recover(stranger, code)
    assert kept_waiting.status_code == 429
    assert int(kept_waiting.headers["Retry-After"]) > 0
    assert recover(visitor, code).status_code == 303


def test_a_card_without_a_recovery_is_answered_as_a_wrong_code(
    office: Office, visitor: Visitor
) -> None:
    office.start(nik=SITI.nik)
    said = {
        without_token(recover(visitor, "AAAAA-AAAAA", number)).replace(number, "")
        for number in (SITI.card_number, BUDI.card_number, NOBODYS_CARD)
    }
    assert len(said) == 1


def test_a_code_is_good_for_half_an_hour_and_once(
    house: AccountsService, office: Office, visitor: Visitor
) -> None:
    first = (office.start(nik=SITI.nik).json or {})["code"]
    assert recover(visitor, first).status_code == 303
    assert recover(visitor, first).status_code == 422
    second = (office.start(nik=SITI.nik).json or {})["code"]
    with house.database.engine.begin() as connection:
        earlier = house.database.now(connection) - timedelta(seconds=1)
        connection.execute(sa.update(RECOVERY).values(expires_at=earlier))

    assert recover(visitor, second).status_code == 422
    assert {item["state"] for item in office.list()["items"]} == {"used", "expired"}


def test_a_right_code_is_good_still_after_there_was_no_place_for_the_password(
    house: AccountsService, variables: dict[str, str]
) -> None:
    full = held_to_contract(build(with_no_place(house)))
    code = (Office(full, variables, "operator").start(nik=SITI.nik).json or {})["code"]
    for _ in range(WRONG_CODES_AT_ADDRESS.count + 1):
        answer = recover(Visitor(full.test_client()), code)
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")

    free = Visitor(held_to_contract(build(house)).test_client())
    assert recover(free, code).status_code == 303


def test_a_repeat_under_one_key_is_answered_with_the_same_code_and_starts_nothing(
    house: AccountsService, office: Office, visitor: Visitor
) -> None:
    first, again = (office.start(nik=SITI.nik, key="lost-answer-1") for _ in range(2))

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.get_data() == again.get_data()
    assert again.headers["Cache-Control"] == "no-store"
    assert kinds_in_journal(house) == ["recovery-started"]
    assert office.start(nik=SITI.nik, key="lost-answer-1", reason="Lain").status_code == 422
    assert recover(visitor, (first.json or {})["code"]).status_code == 303


def test_an_answer_that_is_kept_for_repeats_shows_nobody_the_code(
    house: AccountsService, office: Office
) -> None:
    started = office.start(nik=SITI.nik, key="lost-answer-2").json or {}
    with house.database.reading() as connection:
        (row,) = connection.execute(sa.select(STORED_ANSWER)).all()

    for secret in (started["code"], started["code"].replace("-", ""), SITI.name, SITI.card):
        assert secret not in str(row)
    with house.database.engine.begin() as connection:
        old = house.database.now(connection) - KEPT_FOR - timedelta(minutes=1)
        connection.execute(sa.update(STORED_ANSWER).values(stored_at=old))
    assert house.transactions.forget_old_answers() == 1


def test_the_code_stands_nowhere(house: AccountsService, office: Office) -> None:
    code = (office.start(nik=SITI.nik).json or {})["code"]
    with house.database.reading() as connection:
        stored = str(connection.execute(sa.select(RECOVERY)).all())
        entries = house.journal.read(connection, after=0, limit=100)
    written = stored + str([entry.body_text for entry in entries])
    for secret in (code, code.replace("-", ""), SITI.card_number, SITI.nik, SITI.name):
        assert secret not in written


def test_a_reason_with_a_number_of_a_person_is_refused(office: Office) -> None:
    assert office.start(nik=SITI.nik, reason=f"KTP {SITI.nik}").status_code == 422
    assert office.start(nik=SITI.nik, card_number=SITI.card_number).status_code == 422
    assert office.start().status_code == 422
