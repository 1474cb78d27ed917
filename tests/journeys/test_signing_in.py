"""Holders get in, stay in and get in again: through the gateway, as a browser does it."""

from __future__ import annotations

from tests.journeys.browser import Browser, messages_to, next_message, without_token
from tests.journeys.signing_in import (
    OTHER_PASSWORD,
    PASSWORD,
    activated,
    ask,
    choose,
    code_in,
    kinds_of,
    new_holder,
)
from tests.journeys.world import World


def test_a_holder_activates_the_card_and_signs_in_from_then_on(world: World) -> None:
    holder = new_holder(world)
    browser = activated(world, holder)

    assert "Card holder" in browser.sees()
    assert browser.send("/sign-out", page="/account").headers["Location"] == "/sign-in?signed-out=1"
    assert not browser.is_signed_in()
    assert browser.sign_in(holder.number, PASSWORD).headers["Location"] == "/account"
    assert kinds_of(world, card_ref=holder.ref) == ["account-created", "account-activated"]
    looked_up = world.journal("enrolment", card_ref=holder.ref, kind="card-looked-up")
    assert [(e["actor"], e["role"], e["body"]["shown"]) for e in looked_up] == [
        ("service-accounts", "system", True)
    ]


def test_five_wrong_codes_use_a_code_up(world: World) -> None:
    holder = new_holder(world)
    browser = Browser(world)
    ask(browser, holder)
    code = code_in(next_message(world, holder.ref, after=0))
    wrong = f"{(int(code) + 1) % 1_000_000:06}"

    answers = [choose(browser, wrong) for _ in range(5)] + [choose(browser, code)]

    assert [answer.status_code for answer in answers] == [422] * 6
    assert len({without_token(answer) for answer in answers}) == 1
    assert kinds_of(world, card_ref=holder.ref) == []


def test_a_forgotten_password_is_replaced_and_other_browsers_are_signed_out(world: World) -> None:
    holder = new_holder(world)
    old = activated(world, holder)
    new = activated(world, holder, OTHER_PASSWORD)

    assert new.is_signed_in()
    assert not old.is_signed_in()
    assert old.sign_in(holder.number, PASSWORD).status_code == 422
    assert old.sign_in(holder.number, OTHER_PASSWORD).status_code == 303
    assert "was changed" in next_message(world, holder.ref, after=2)
    assert kinds_of(world, card_ref=holder.ref)[-1] == "password-changed"


def test_a_nik_of_somebody_else_gets_the_same_answer_and_no_code(world: World) -> None:
    holder, other = new_holder(world), new_holder(world)
    shown = set()
    for nik in (holder.nik, other.nik):
        browser = Browser(world)
        asked = browser.send("/activate", card_number=holder.number, nik=nik)
        page = without_token(browser.open("/activate/code"))
        shown.add((asked.status_code, asked.headers["Location"], page))

    assert len(shown) == 1
    next_message(world, holder.ref, after=0)
    assert len(messages_to(world, holder.ref)) == 1
    assert messages_to(world, other.ref) == []
    looked_up = world.journal("enrolment", card_ref=holder.ref, kind="card-looked-up")
    assert [entry["body"]["shown"] for entry in looked_up] == [True, False]


def test_an_officer_of_the_region_lets_a_holder_in_again_and_one_of_another_does_not(
    world: World,
) -> None:
    holder = new_holder(world)
    lost = activated(world, holder)
    body = {"nik": holder.nik, "reason": "Telepon hilang, KTP dilihat"}
    elsewhere = world.caller("officer", region="17")
    elsewhere.refused("POST", "/recoveries", 404, "card-not-found", body=body)
    officer = world.caller("officer", region="32")
    started = officer.post("/recoveries", body)
    world.people.private.add(started["code"])
    found = Browser(world)
    fields = {"card_number": holder.number, "password": OTHER_PASSWORD}
    assert found.send("/recover", code="AAAAA-AAAAA", **fields).status_code == 422

    assert found.send("/recover", code=started["code"], **fields).status_code == 303

    assert found.is_signed_in()
    assert not lost.is_signed_in()
    assert "An officer saw" in next_message(world, holder.ref, after=1)
    assert started["id"] not in [r["id"] for r in elsewhere.items("/recoveries")]
    (seen,) = [r for r in officer.read("/recoveries")["items"] if r["id"] == started["id"]]
    assert seen["state"] == "used"
    later = officer.post("/recoveries", body)
    assert officer.post(f"/recoveries/{later['id']}/withdrawal", None)["state"] == "withdrawn"
    assert found.send("/recover", code=later["code"], **fields).status_code == 422
