"""Invitations: sent by those who may, good once, and telling strangers nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from services.accounts.domain.mandates import Mandate
from services.accounts.domain.people.messages import Recipient
from services.accounts.invite_operator import main
from services.accounts.service import AccountsService
from services.accounts.storage.people.accounts import save_account_disabled
from services.accounts.storage.people_tables import INVITATION
from tests.services.accounts.api.staff import NEW, Program, accept
from tests.services.accounts.people import (
    OTHER_PROVIDER,
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
