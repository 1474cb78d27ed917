"""Staff who activate their account, or forgot their password: by a code in an e-mail."""

from __future__ import annotations

import re

from flask import Flask

from services.accounts.app import build
from services.accounts.domain.mandates import Mandate
from services.accounts.domain.people.messages import Recipient
from services.accounts.service import AccountsService
from services.accounts.use_cases.people.bounds import CODES_ASKED_BY_STAFF
from tests.conformity import held_to_contract
from tests.services.accounts.pages.activating import choose
from tests.services.accounts.people import (
    OTHER_PASSWORD,
    PROVIDER,
    RINA,
    Visitor,
    add_staff,
    another,
    at,
    code_sent,
    messages_of,
    text_of,
    without_token,
)
from tests.statements import statements


def test_staff_get_the_code_by_e_mail(house: AccountsService, visitor: Visitor) -> None:
    add_staff(house, RINA, Mandate("provider", provider=PROVIDER))

    visitor.send("/activate/staff", email="RINA@lpk.example")
    (message,) = messages_of(house)
    assert message.to == Recipient(email=RINA)
    assert choose(visitor, message.values["code"], OTHER_PASSWORD).status_code == 303

    assert "Staff of a training provider" in text_of(visitor.open("/account"))


def test_staff_is_sent_a_code_that_nobody_guesses_in_years(
    house: AccountsService, app: Flask
) -> None:
    add_staff(house, RINA)
    visitor = Visitor(app.test_client())
    visitor.send("/activate/staff", email=RINA)
    code = code_sent(house)
    assert re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}", code)
    assert choose(visitor, code.lower().replace("-", " "), OTHER_PASSWORD).status_code == 303


def test_an_address_that_nobody_has_is_answered_in_the_same_bytes(
    house: AccountsService, app: Flask
) -> None:
    add_staff(house, RINA)
    shown = set()
    for email in (RINA, "nobody@lpk.example"):
        visitor = Visitor(app.test_client())
        asked = visitor.send("/activate/staff", email=email)
        page = without_token(visitor.open("/activate/code"))
        shown.add((asked.status_code, asked.headers["Location"], page))
    assert len(shown) == 1
    assert len(messages_of(house)) == 1


def test_as_many_statements_are_sent_for_an_address_that_nobody_has(
    house: AccountsService, app: Flask
) -> None:
    add_staff(house, RINA)
    seen = []
    for email in (RINA, "nobody@lpk.example"):
        with statements(house.database) as sent:
            Visitor(app.test_client()).send("/activate/staff", email=email)
        seen.append(len(sent))

    some, none = seen
    assert some == none > 0
    assert len(messages_of(house)) == 1


def test_one_address_asks_for_so_many_codes_only(house: AccountsService) -> None:
    visitor = another(held_to_contract(build(at(house, [0.0]))))
    for _ in range(CODES_ASKED_BY_STAFF.count):
        assert visitor.send("/activate/staff", email="nobody@lpk.example").status_code == 303

    answer = visitor.send("/activate/staff", email="nobody@lpk.example")

    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
