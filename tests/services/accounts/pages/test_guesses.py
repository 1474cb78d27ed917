"""Guessing at passwords: whoever does is kept waiting, and an owner is let in from a browser that is known."""

from __future__ import annotations

import re

from chassis import rate_limits
from services.accounts.app import build
from services.accounts.service import AccountsService
from services.accounts.use_cases.people.bounds import (
    GUESSES_AT_ADDRESS,
    GUESSES_AT_NAME,
    GUESSES_AT_NAME_AND_ADDRESS,
    GUESSES_FROM_DEVICE,
    Bounds,
)
from tests.conformity import held_to_contract
from tests.services.accounts.pages.password_work import hashes
from tests.services.accounts.people import (
    NOBODYS_CARD,
    RINA,
    SITI,
    Visitor,
    add_holder,
    add_staff,
    another,
    at,
    without_token,
)


def test_whoever_guesses_is_kept_waiting_alike_for_names_there_are_and_are_not(
    house: AccountsService,
) -> None:
    clock = [0.0]
    add_holder(house)
    app = held_to_contract(build(at(house, clock)))
    told = []
    for name in (SITI.card_number, NOBODYS_CARD):
        guesser = another(app)
        answers = [
            guesser.sign_in(name, "not this one")
            for _ in range(GUESSES_AT_NAME_AND_ADDRESS.count + 1)
        ]
        assert [a.status_code for a in answers[:-1]] == [422] * GUESSES_AT_NAME_AND_ADDRESS.count
        last = answers[-1]
        told.append(
            (
                last.status_code,
                last.headers["Retry-After"],
                without_token(last).replace(name, ""),
            )
        )
    assert told[0] == told[1]
    assert told[0][0] == 429
    # Even the right password is not looked at now; a moment later it is.
    guesser = another(app)
    before = hashes()
    assert guesser.sign_in(SITI.card_number).status_code == 429
    assert hashes() == before
    clock[0] += 60.0
    assert guesser.sign_in(SITI.card_number).status_code == 303


def test_nobody_is_told_how_many_guesses_at_a_name_are_left(
    house: AccountsService, visitor: Visitor
) -> None:
    add_holder(house)
    names = [SITI.card_number] * (GUESSES_AT_NAME_AND_ADDRESS.count + 1)
    answers = [visitor.sign_in(name, "not this one") for name in names]

    assert {answer.status_code for answer in answers} == {422, 429}
    assert not any(header in answer.headers for answer in answers for header in rate_limits.HEADERS)


def test_whoever_guesses_from_many_places_keeps_the_owner_out_of_no_browser_that_was_used_before(
    house: AccountsService,
) -> None:
    clock = [0.0]
    add_holder(house)
    app = held_to_contract(build(at(house, clock)))
    owner = another(app, "192.0.2.1")
    assert owner.sign_in(SITI.card_number).status_code == 303
    owner.send("/sign-out", page="/account")
    for number in range(GUESSES_AT_NAME.count):
        another(app, f"203.0.113.{number}").sign_in(SITI.card_number, "not this one")

    assert another(app, "203.0.113.200").sign_in(SITI.card_number).status_code == 429
    assert owner.sign_in(SITI.card_number).status_code == 303


def test_a_device_lets_its_owner_pass_and_nobody_else(house: AccountsService) -> None:
    clock = [0.0]
    add_holder(house)
    add_staff(house, RINA)
    app = held_to_contract(build(at(house, clock)))
    stranger = another(app)
    assert stranger.sign_in(RINA).status_code == 303
    for number in range(GUESSES_AT_NAME.count):
        another(app, f"203.0.113.{number}").sign_in(SITI.card_number, "not this one")

    assert stranger.sign_in(SITI.card_number).status_code == 429


def test_a_device_that_was_planted_is_replaced_and_a_known_one_kept(
    house: AccountsService, visitor: Visitor
) -> None:
    add_holder(house)
    visitor.client.set_cookie("balai-device", "planted-by-somebody-else")
    visitor.sign_in(SITI.card_number)
    first = visitor.cookie("balai-device") or ""
    visitor.sign_in(SITI.card_number)

    assert re.fullmatch(r"[\w-]{43}", first)
    assert visitor.cookie("balai-device") == first


def test_a_device_of_one_account_becomes_none_of_another(
    house: AccountsService, visitor: Visitor
) -> None:
    add_holder(house)
    add_staff(house, RINA)
    visitor.sign_in(RINA)
    first = visitor.cookie("balai-device")
    visitor.sign_in(SITI.card_number)

    assert visitor.cookie("balai-device") != first


def test_failures_in_one_browser_of_the_owner_keep_the_owner_out_of_no_other(
    house: AccountsService,
) -> None:
    add_holder(house)
    app = held_to_contract(build(at(house, [0.0])))
    lost, owner = another(app), another(app, "192.0.2.1")
    for browser in (lost, owner):
        assert browser.sign_in(SITI.card_number).status_code == 303
    for _ in range(GUESSES_FROM_DEVICE.count):
        assert lost.sign_in(SITI.card_number, "not this one").status_code == 422

    assert lost.sign_in(SITI.card_number).status_code == 429
    assert owner.sign_in(SITI.card_number).status_code == 303


def test_failures_in_a_known_browser_count_at_its_address_and_are_not_kept_out_by_it() -> None:
    bounds = Bounds(clock=lambda: 0.0)
    for number in range(GUESSES_AT_ADDRESS.count):
        bounds.count_guess(f"name {number}", "192.0.2.1", device="known")

    assert bounds.seconds_until_guess("another", "192.0.2.1", device=None) > 0
    assert bounds.seconds_until_guess("another", "192.0.2.1", device="known") == 0
