"""Nobody gets in, or learns anything, who should not: through the gateway, as a browser does it."""

from __future__ import annotations

import re

import pytest
import requests

from services.accounts.use_cases.people.bounds import GUESSES_AT_NAME_AND_ADDRESS
from tests.journeys.api import PATIENCE
from tests.journeys.browser import Browser, messages_to, without_token
from tests.journeys.logs import lines_of, logs_of
from tests.journeys.signing_in import (
    OTHER_PASSWORD,
    PASSWORD,
    activated,
    code_in,
    invited,
    new_holder,
)
from tests.journeys.world import World

NOBODYS_CARD = "8199999999999999"


def test_whoever_guesses_is_kept_waiting_and_the_owner_goes_in(world: World) -> None:
    holder = new_holder(world)
    owner = activated(world, holder)
    owner.send("/sign-out", page="/account")
    guesser = Browser(world)

    statuses = [
        guesser.sign_in(holder.number, "not this one").status_code
        for _ in range(GUESSES_AT_NAME_AND_ADDRESS.count + 1)
    ]

    assert statuses == [422] * GUESSES_AT_NAME_AND_ADDRESS.count + [429]
    refused = guesser.sign_in(holder.number, PASSWORD)
    assert (refused.status_code, int(refused.headers["Retry-After"]) > 0) == (429, True)
    assert owner.sign_in(holder.number, PASSWORD).status_code == 303


def test_nobody_learns_who_has_an_account(world: World) -> None:
    holder = new_holder(world)
    activated(world, holder)
    said = set()
    for name in (holder.number, NOBODYS_CARD, "nobody@lpk.example"):
        before = _hashes(world)
        answer = Browser(world).sign_in(name, "not the password")
        work = _hashes(world) - before
        headers = tuple(sorted(answer.headers.keys()))
        said.add((answer.status_code, work, without_token(answer).replace(name, ""), headers))

    assert len(said) == 1


def test_a_form_of_another_site_does_nothing(world: World) -> None:
    holder = new_holder(world)
    browser = activated(world, holder)
    fields: dict[str, str] = {"current": PASSWORD, "chosen": OTHER_PASSWORD}
    page, evil = "/account", {"Origin": "https://evil.example"}
    refused = [
        browser.send("/account/password", page=page, headers=evil, **fields),
        browser.send(
            "/account/password", page=page, headers={"Sec-Fetch-Site": "cross-site"}, **fields
        ),
        browser.send("/sign-out", page=page, headers=evil),
        browser.send("/account/password", page=page, **{**fields, "form_token": "0" * 64}),
    ]

    assert [answer.status_code for answer in refused] == [403] * 4
    assert all("Please fill in the form again" in answer.text for answer in refused)
    assert browser.is_signed_in()
    assert browser.sign_in(holder.number, PASSWORD).status_code == 303


@pytest.mark.parametrize("to", ["//evil.example", "/\\evil.example", "https://evil.example/"])
def test_nobody_is_led_to_another_site(world: World, to: str) -> None:
    holder = new_holder(world)
    browser = activated(world, holder)
    answer = browser.send(
        "/sign-in",
        page="/sign-in?continue=/oauth/authorize?a=1",
        name=holder.number,
        password=PASSWORD,
        **{"continue": to},
    )

    assert answer.headers["Location"] == "/account"


def test_cookies_are_seen_by_no_script_and_sent_by_no_other_site(world: World) -> None:
    holder = new_holder(world)
    browser = activated(world, holder)
    answer = browser.sign_in(holder.number, PASSWORD)
    lines = answer.raw.headers.getlist("Set-Cookie")

    assert {line.split("=")[0] for line in lines} == {"balai-session", "balai-device"}
    for line in lines:
        assert "; Path=/; HttpOnly; SameSite=Lax" in line
        assert "Domain" not in line


def test_a_cookie_opens_no_call_and_a_token_no_page(world: World) -> None:
    holder = new_holder(world)
    browser = activated(world, holder)
    cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    api = f"{world.system.address}/api/v1/cards/me"
    answer = requests.get(api, headers={"Cookie": cookies}, timeout=PATIENCE)
    assert answer.status_code == 401
    token = world.system.token("holder", card=holder.ref)
    page = requests.get(
        f"{world.system.address}/account",
        headers={"Authorization": f"Bearer {token}"},
        timeout=PATIENCE,
        allow_redirects=False,
    )
    assert page.headers["Location"] == "/sign-in"


def test_pages_are_light_and_kept_nowhere(world: World) -> None:
    holder = new_holder(world)
    browser = activated(world, holder)
    for path in ("/sign-in?continue=/oauth/authorize?a=1", "/activate", "/activate/staff", "/recover",
                 "/invitation", "/account", "/nothing-here"):  # fmt: skip
        page = browser.open(path)
        assert len(page.content) < 20_000, path
        assert page.headers["Cache-Control"] == "no-store"
        assert "default-src 'none'" in page.headers["Content-Security-Policy"]
        assert "<script" not in page.text


def test_nothing_personal_is_left_in_logs_journals_and_addresses(world: World) -> None:
    holder = new_holder(world)
    browser = activated(world, holder)
    email = f"rahasia-{next(world.names)}@lpk.example"
    staff = invited(world, world.operator, email, role="auditor")
    browser.sign_in(holder.number, "guessed wrongly")
    Browser(world).send("/activate/staff", email=email)
    code = code_in(messages_to(world, holder.ref)[0])
    secrets = [holder.number, holder.nik, email, PASSWORD, "guessed wrongly", "Dewi Baru"]
    secrets += [*browser.cookies.values(), *staff.cookies.values()]

    written = "\n".join(f"{browser.visited} {staff.visited}".split())
    for journal in ("accounts", "enrolment"):
        written += str(world.journal(journal))
    for _, log in logs_of(world):
        lines = lines_of(log)
        written += "\n".join(str(line) for line in lines if line["event"] != "message-printed")
    assert {secret for secret in secrets if secret in written} == set()
    # Its six digits are by chance part of many an id and instant; it would be told as a number by itself.
    assert re.search(rf"(?<![0-9A-Za-z.:-]){code}(?![0-9A-Za-z-])", written) is None


def _hashes(world: World) -> float:
    told = requests.get(f"{world.system.address_of('accounts')}/metrics", timeout=PATIENCE).text
    found = re.search(r"^password_hashes_total (\S+)$", told, re.MULTILINE)
    assert found
    return float(found[1])
