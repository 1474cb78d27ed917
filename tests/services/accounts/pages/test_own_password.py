"""The own password: how it is kept, and changed by whoever is signed in."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import Flask

from chassis.password_hashing import PasswordHashes
from services.accounts.service import AccountsService
from services.accounts.storage.people_tables import ACCOUNT
from tests.services.accounts.people import (
    OTHER_PASSWORD,
    PASSWORD,
    SITI,
    Visitor,
    add_holder,
    another,
    kinds_in_journal,
    text_of,
)


def test_a_hash_made_with_other_parameters_is_made_anew_at_the_next_sign_in(
    house: AccountsService, visitor: Visitor
) -> None:
    older = PasswordHashes(memory_kib=8_192, rounds=1)
    account = add_holder(house)
    with house.database.engine.begin() as connection:
        connection.execute(sa.update(ACCOUNT).values(password_hash=older.hash(PASSWORD)))

    assert visitor.sign_in(SITI.card_number).status_code == 303

    kept = _hash(house, account)
    assert not house.people.passwords.is_outdated(kept)
    assert visitor.sign_in(SITI.card_number).status_code == 303
    assert _hash(house, account) == kept


def test_an_own_password_is_changed_and_every_other_browser_signed_out(
    house: AccountsService, app: Flask, visitor: Visitor
) -> None:
    add_holder(house)
    other = another(app)
    other.sign_in(SITI.card_number)
    visitor.sign_in(SITI.card_number)
    send: dict[str, Any] = {"page": "/account"}

    wrong = visitor.send("/account/password", current="wrong", chosen=OTHER_PASSWORD, **send)
    weak = visitor.send("/account/password", current=PASSWORD, chosen="prakerja2026", **send)
    done = visitor.send("/account/password", current=PASSWORD, chosen=OTHER_PASSWORD, **send)

    assert (wrong.status_code, weak.status_code, done.status_code) == (422, 422, 303)
    assert "not your present password" in text_of(wrong)
    assert "guessed first" in text_of(weak)
    assert "Your password was changed" in text_of(visitor.open("/account?done=password"))
    assert not other.is_signed_in()
    assert another(app).sign_in(SITI.card_number).status_code == 422
    assert another(app).sign_in(SITI.card_number, OTHER_PASSWORD).status_code == 303
    assert kinds_in_journal(house) == ["password-changed"]


def _hash(house: AccountsService, account_id: str) -> str:
    with house.database.reading() as connection:
        query = sa.select(ACCOUNT.c.password_hash).where(ACCOUNT.c.account_id == account_id)
        return str(connection.execute(query).scalar_one())
