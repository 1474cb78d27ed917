"""Staff: seen by those who may, removed, but never the last owner."""

from __future__ import annotations

import sqlalchemy as sa
from flask import Flask

from services.accounts.domain.mandates import Mandate
from services.accounts.service import AccountsService
from services.accounts.storage import STORED_ANSWER
from services.accounts.storage.people_tables import ACCOUNT
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
)


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
