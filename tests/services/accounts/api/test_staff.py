"""Staff: invited by those who may, seen by those who may, removed, but never the last owner."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from services.accounts.development import issue_token
from services.accounts.domain.mandates import Mandate
from services.accounts.domain.people.messages import Recipient
from services.accounts.invite_operator import main
from services.accounts.service import AccountsService
from services.accounts.storage import STORED_ANSWER
from services.accounts.storage.people.accounts import save_account_disabled
from services.accounts.storage.people_tables import ACCOUNT, INVITATION
from tests.services.accounts.people import (
    OTHER_PROVIDER,
    PASSWORD,
    PROVIDER,
    RINA,
    Visitor,
    add_staff,
    code_sent,
    kinds_in_journal,
    messages_of,
    text_of,
    without_token,
)

NEW = "baru@lpk.example"


class Program:
    """What somebody calls with: a token of a role, under a subject."""

    def __init__(self, app: Flask, variables: dict[str, str], role: str, **claims: str) -> None:
        self._client = app.test_client()
        token = issue_token(role=role, environment=variables, **claims)
        self._headers = {"Authorization": f"Bearer {token}"}

    def invite(self, email: str = NEW, *, key: str | None = None, **body: Any) -> TestResponse:
        body = {"email": email, "role": "provider", "provider": PROVIDER, **body}
        return self._client.post("/api/v1/invitations", json=body, headers=self._keyed(key))

    def _keyed(self, key: str | None) -> dict[str, str]:
        return self._headers | ({"Idempotency-Key": key} if key else {})

    def list(self, what: str) -> Any:
        answer = self._client.get(f"/api/v1/{what}", headers=self._headers)
        assert answer.status_code == 200
        return (answer.json or {})["items"]

    def withdraw(self, invitation_id: str) -> TestResponse:
        path = f"/api/v1/invitations/{invitation_id}/withdrawal"
        return self._client.post(path, headers=self._headers)

    def remove(
        self, account_id: str, reason: str = "Pindah kerja", *, key: str | None = None
    ) -> TestResponse:
        path = f"/api/v1/staff/{account_id}/removal"
        return self._client.post(path, json={"reason": reason}, headers=self._keyed(key))


@pytest.fixture
def operator(app: Flask, variables: dict[str, str]) -> Program:
    return Program(app, variables, "operator")


@pytest.fixture
def owner_id(house: AccountsService) -> str:
    return add_staff(house, RINA, Mandate("provider", provider=PROVIDER), owner=True)


@pytest.fixture
def owner(app: Flask, variables: dict[str, str], owner_id: str) -> Program:
    return Program(app, variables, "provider", provider=PROVIDER, subject=owner_id)


def accept(visitor: Visitor, code: str, email: str = NEW, password: str = PASSWORD) -> TestResponse:
    return visitor.send(
        "/invitation", email=email, code=code, display_name="Dewi Baru", password=password
    )


def test_an_owner_invites_a_colleague_who_makes_an_account(
    house: AccountsService, owner: Program, visitor: Visitor
) -> None:
    invited = owner.invite(f" {NEW.upper()}".strip())
    assert invited.status_code == 201
    (message,) = messages_of(house)
    assert message.to == Recipient(email=NEW)
    assert message.values["address"] == "http://accounts.test/invitation"

    done = accept(visitor, message.values["code"])

    assert (done.status_code, done.headers["Location"]) == (303, "/account")
    page = text_of(visitor.open("/account"))
    assert "Dewi Baru" in page
    assert "Staff of a training provider" in page
    assert "may invite" not in page
    assert {item["email"] for item in owner.list("staff")} == {RINA, NEW}
    (shown,) = owner.list("invitations")
    assert (shown["state"], shown["email"]) == ("accepted", None)
    kinds = ["invitation-sent", "invitation-accepted", "account-created", "account-activated"]
    assert kinds_in_journal(house)[:4] == kinds


@pytest.mark.parametrize(
    "body",
    [
        {"role": "officer", "provider": None, "region": "17"},
        {"role": "auditor", "provider": None},
        {"role": "operator", "provider": None},
        {"owner": True},
        {},
    ],
)
def test_operators_invite_anybody(
    house: AccountsService, operator: Program, visitor: Visitor, body: dict[str, Any]
) -> None:
    assert operator.invite(**body).status_code == 201

    assert accept(visitor, code_sent(house)).status_code == 303
    assert visitor.sign_in(NEW).status_code == 303


@pytest.mark.parametrize(
    "body",
    [
        {"provider": OTHER_PROVIDER},
        {"role": "operator", "provider": None},
        {"role": "officer", "provider": None, "region": "17"},
    ],
)
def test_owners_invite_their_colleagues_and_nobody_else(
    owner: Program, body: dict[str, Any]
) -> None:
    assert owner.invite(**body).status_code == 403


def test_staff_who_are_no_owners_invite_nobody_and_see_no_addresses(
    app: Flask, variables: dict[str, str], house: AccountsService, owner: Program
) -> None:
    mandate = Mandate("provider", provider=PROVIDER)
    plain = add_staff(house, "budi@lpk.example", mandate)
    invited = (owner.invite().json or {})["id"]
    for subject in (plain, "development:provider", "service-x"):
        program = Program(app, variables, "provider", provider=PROVIDER, subject=subject)
        assert program.invite().status_code == 403
        assert program.withdraw(invited).status_code == 404
        assert program.remove(plain).status_code == 404
        people = program.list("staff")
        assert {(item["name"], item["email"]) for item in people} == {(None, None)}
        assert len(people) == 2
    assert "staff-read" not in kinds_in_journal(house)


def test_a_token_of_another_provider_makes_nobody_an_owner_there(
    app: Flask, variables: dict[str, str], owner_id: str
) -> None:
    program = Program(app, variables, "provider", provider=OTHER_PROVIDER, subject=owner_id)

    assert program.invite(provider=OTHER_PROVIDER).status_code == 403
    assert program.list("staff") == []


def test_reading_addresses_is_recorded(
    house: AccountsService, operator: Program, app: Flask, variables: dict[str, str], owner: Program
) -> None:
    operator.list("staff")
    owner.list("staff")
    Program(app, variables, "auditor").list("staff")

    with house.database.reading() as connection:
        entries = house.journal.read(connection, after=0, limit=100)
    read = [entry for entry in entries if entry.kind == "staff-read"]
    assert [(e.role, e.subjects["provider_id"], e.body["count"]) for e in read] == [
        ("operator", None, 1),
        ("provider", PROVIDER, 1),
    ]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"email": "nobody"}, "/email"),
        ({"provider": None}, "/role"),
        ({"role": "officer", "provider": None}, "/role"),
        ({"role": "auditor", "provider": None, "owner": True}, "/owner"),
        ({"role": "holder", "provider": None}, "/role"),
        ({"role": "system", "provider": None}, "/role"),
    ],
)
def test_what_cannot_be_is_refused_with_the_field(
    operator: Program, body: dict[str, Any], field: str
) -> None:
    refused = operator.invite(**body)

    assert refused.status_code == 422
    assert [error["pointer"] for error in (refused.json or {})["errors"]] == [field]


def test_a_repeat_under_one_key_invites_and_removes_once(
    house: AccountsService, owner: Program
) -> None:
    first, again = (owner.invite(key="lost-answer-1") for _ in range(2))
    assert first.status_code == again.status_code == 201
    assert first.get_data() == again.get_data()
    assert len(messages_of(house)) == 1
    assert owner.invite("lain@lpk.example", key="lost-answer-1").status_code == 422
    with house.database.reading() as connection:
        assert NEW not in str(connection.execute(sa.select(STORED_ANSWER)).all())

    colleague = add_staff(house, "c@lpk.example", Mandate("provider", provider=PROVIDER))
    removals = [owner.remove(colleague, key="lost-answer-2") for _ in range(2)]
    assert [answer.status_code for answer in removals] == [200, 200]
    assert owner.remove(colleague).status_code == 409
    assert kinds_in_journal(house) == ["invitation-sent", "account-disabled"]


def test_staff_is_shown_with_whoever_invited_them(
    house: AccountsService, owner: Program, owner_id: str, visitor: Visitor
) -> None:
    owner.invite()
    accept(visitor, code_sent(house))

    assert {item["email"]: item["invited_by"] for item in owner.list("staff")} == {
        RINA: None,
        NEW: owner_id,
    }


def test_a_colleague_is_not_invited_again(owner: Program) -> None:
    refused = owner.invite(RINA)

    assert (refused.status_code, (refused.json or {})["state"]) == (409, "on-staff")


def test_an_address_that_signs_in_elsewhere_is_told_to_its_owner_alone(
    house: AccountsService, owner: Program, visitor: Visitor
) -> None:
    add_staff(house, NEW, Mandate("provider", provider=OTHER_PROVIDER))

    assert owner.invite().status_code == 201
    code = code_sent(house)
    assert "signs in with this e-mail address already" in text_of(accept(visitor, code))
    wrong = accept(visitor, "AAAAA-AAAAA")
    assert "already" not in text_of(wrong)


def test_an_invitation_is_good_once_for_a_week_and_until_it_is_withdrawn(
    house: AccountsService, owner: Program, visitor: Visitor
) -> None:
    invited = owner.invite().json or {}
    code = code_sent(house)
    assert (owner.withdraw(invited["id"]).json or {})["state"] == "withdrawn"
    assert owner.withdraw(invited["id"]).status_code == 409
    refused = [accept(visitor, code)]
    owner.invite()
    code = code_sent(house)
    with house.database.engine.begin() as connection:
        earlier = house.database.now(connection) - timedelta(seconds=1)
        connection.execute(sa.update(INVITATION).values(expires_at=earlier))
    refused.append(accept(visitor, code))
    owner.invite()
    code = code_sent(house)
    assert accept(visitor, code).status_code == 303
    refused.append(accept(visitor, code))

    assert {answer.status_code for answer in refused} == {422}
    assert len({without_token(page).replace(code, "") for page in refused[2:]}) == 1


def test_a_wrong_code_tells_nothing_of_who_was_invited(owner: Program, app: Flask) -> None:
    owner.invite()
    said = set()
    for email in (NEW, "nobody@lpk.example"):
        answer = accept(Visitor(app.test_client()), "AAAAA-AAAAA", email)
        said.add((answer.status_code, without_token(answer).replace(email, "")))
    assert len(said) == 1


def test_wrong_codes_of_strangers_leave_the_right_one_good(
    house: AccountsService, owner: Program, app: Flask, visitor: Visitor
) -> None:
    owner.invite()
    code = code_sent(house)
    for number in range(3):
        stranger = Visitor(app.test_client(), address=f"203.0.113.{number}")
        for _ in range(10):
            assert accept(stranger, "AAAAA-AAAAA").status_code == 422

    assert accept(visitor, code).status_code == 303


def test_whoever_is_removed_is_signed_out_and_nothing_personal_is_left(
    house: AccountsService, owner: Program, app: Flask
) -> None:
    removed = add_staff(house, NEW, Mandate("provider", provider=PROVIDER))
    theirs = Visitor(app.test_client())
    theirs.sign_in(NEW)

    assert owner.remove(removed).status_code == 200

    assert not theirs.is_signed_in()
    assert theirs.sign_in(NEW).status_code == 422
    assert owner.remove(removed).status_code == 409
    with house.database.reading() as connection:
        row = connection.execute(sa.select(ACCOUNT).where(ACCOUNT.c.account_id == removed)).one()
    assert (row.name_digest, row.sealed, row.password_hash) == (None, None, None)
    assert kinds_in_journal(house) == ["account-disabled"]
    # The address can be invited anew: the person is somebody new here.
    assert owner.invite().status_code == 201


def test_what_the_removed_had_sent_out_lets_nobody_in(
    house: AccountsService,
    app: Flask,
    operator: Program,
    owner: Program,
    owner_id: str,
    visitor: Visitor,
) -> None:
    add_staff(house, "lain@lpk.example", Mandate("provider", provider=PROVIDER), owner=True)
    owner.invite("diri@lpk.example", owner=True)
    own = code_sent(house)
    operator.invite()
    others = code_sent(house)

    assert operator.remove(owner_id).status_code == 200

    assert accept(visitor, own, "diri@lpk.example").status_code == 422
    assert accept(Visitor(app.test_client()), others).status_code == 303
    states = {item["role"]: item["state"] for item in operator.list("invitations")[1:]}
    assert states == {"provider": "withdrawn"}
    assert kinds_in_journal(house)[2:4] == ["account-disabled", "invitation-withdrawn"]


def test_an_invitation_that_was_being_sent_while_its_sender_was_removed_lets_nobody_in(
    house: AccountsService, owner: Program, owner_id: str, visitor: Visitor
) -> None:
    owner.invite()
    code = code_sent(house)
    house.transactions.run(
        lambda connection: save_account_disabled(
            connection, owner_id, now=house.database.now(connection)
        )
    )

    assert accept(visitor, code).status_code == 422


def test_the_last_owner_stays_unless_an_operator_says_so(
    house: AccountsService, owner: Program, owner_id: str, operator: Program
) -> None:
    refused = owner.remove(owner_id)
    assert (refused.status_code, (refused.json or {})["state"]) == (409, "last-owner")
    other = add_staff(house, NEW, Mandate("provider", provider=PROVIDER), owner=True)

    assert owner.remove(other).status_code == 200
    assert owner.remove(owner_id).status_code == 409
    assert operator.remove(owner_id).status_code == 200
    assert owner.invite("lain@lpk.example").status_code == 403


def test_nobody_removes_anothers_staff_or_a_holder(
    house: AccountsService, owner: Program, operator: Program
) -> None:
    other = add_staff(house, NEW, Mandate("provider", provider=OTHER_PROVIDER))

    assert owner.remove(other).status_code == 404
    assert operator.remove("01890000-0000-7000-8000-0000000000cc").status_code == 404


def test_the_first_operator_is_invited_by_a_command(
    house: AccountsService,
    variables: dict[str, str],
    visitor: Visitor,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["kepala@program.example"], variables) == 0
    told = capsys.readouterr().out
    code = told.split("code")[1].split()[0]

    assert "http://accounts.test/invitation" in told
    assert accept(visitor, code, "kepala@program.example").status_code == 303
    assert "Programme management" in text_of(visitor.open("/account"))
    assert main(["kepala@program.example"], variables) == 1
    assert main(["not an address"], variables) == 2
    assert messages_of(house) == []
