"""People get in, stay in, get out, and keep others out: through the gateway, as a browser does it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import pytest
import requests

from services.accounts.invite_operator import main as invite_operator
from services.accounts.use_cases.people.bounds import GUESSES_AT_NAME_AND_ADDRESS
from tests.journeys.api import PATIENCE, Api
from tests.journeys.browser import Browser, messages_to, next_message, without_token
from tests.journeys.logs import lines_of, logs_of
from tests.journeys.world import World

PASSWORD = "kuda baterai jepit"
OTHER_PASSWORD = "perahu lampu cangkir"
NOBODYS_CARD = "8199999999999999"


@dataclass(frozen=True)
class Holder:
    """Somebody who holds a card and knows its numbers."""

    number: str
    nik: str
    ref: str


def new_holder(world: World, regency: str = "32.73") -> Holder:
    """Have somebody be admitted."""
    before = len(world.journal("enrolment", kind="card-awarded"))
    (candidate,) = world.people.candidates(1, regency=regency)
    (row,) = world.admit([candidate])["admitted"]
    (entry,) = world.journal("enrolment", kind="card-awarded")[before:]
    return Holder(row["card_number"], candidate["nik"], entry["card_ref"])


def ask(browser: Browser, holder: Holder) -> requests.Response:
    return browser.send("/activate", card_number=holder.number, nik=holder.nik)


def choose(browser: Browser, code: str, password: str = PASSWORD) -> requests.Response:
    return browser.send("/activate/code", code=code, password=password)


def code_in(text: str) -> str:
    found = re.search(r"\b([0-9]{6})\b", text)
    assert found
    return found[1]


def activated(world: World, holder: Holder, password: str = PASSWORD) -> Browser:
    """Activate a holder's card in a new browser."""
    browser, before = Browser(world), len(messages_to(world, holder.ref))
    assert ask(browser, holder).status_code == 303
    code = code_in(next_message(world, holder.ref, after=before))
    assert choose(browser, code, password).status_code == 303
    return browser


def kinds_of(world: World, **filters: str) -> list[str]:
    return [entry["kind"] for entry in world.journal("accounts", **filters)]


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


def invited(world: World, by: Any, email: str, **body: Any) -> Browser:
    """Have somebody be invited and accept; return the browser in which that was done."""
    before = len(messages_to(world, email))
    by.post("/invitations", {"email": email, **body})
    found = re.search(r"\b([0-9A-Z]{5}-[0-9A-Z]{5})\b", next_message(world, email, after=before))
    assert found
    browser = Browser(world)
    fields = {"email": email, "display_name": "Dewi Baru", "password": PASSWORD}
    assert browser.send("/invitation", code=found[1], **fields).status_code == 303
    return browser


def staff_of(world: World, provider: str, account_id: str) -> Api:
    """Call as a provider's staff, as whom somebody signed in."""
    token = world.system.token("provider", provider=provider, subject=account_id)
    world.people.private.add(token)
    return Api(world.system.address, token)


def test_an_operator_invites_an_owner_who_invites_and_removes_a_colleague(world: World) -> None:
    provider = world.approved_provider()
    name = next(world.names)
    staff: dict[str, Any] = {"role": "provider", "provider": provider}
    owner_email, email = f"pemilik-{name}@lpk.example", f"staf-{name}@lpk.example"
    owner = invited(world, world.operator, owner_email, owner=True, **staff)
    assert "may invite colleagues" in owner.sees()
    (member,) = [m for m in world.operator.read("/staff")["items"] if m["provider"] == provider]
    assert (member["email"], member["owner"]) == (owner_email, True)
    as_owner = staff_of(world, provider, member["id"])

    colleague = invited(world, as_owner, email, **staff)
    assert "may invite" not in colleague.sees()
    ids = {m["email"]: m["id"] for m in as_owner.read("/staff")["items"]}
    as_colleague = staff_of(world, provider, ids[email])
    as_colleague.refused(
        "POST", "/invitations", 403, "forbidden", body={"email": "x@lpk.example", **staff}
    )
    removal = {"reason": "Pindah kerja"}
    as_owner.refused(
        "POST", f"/staff/{ids[owner_email]}/removal", 409, "state-conflict", body=removal
    )
    as_owner.post(f"/staff/{ids[email]}/removal", removal)

    assert not colleague.is_signed_in()
    assert colleague.sign_in(email, PASSWORD).status_code == 422
    assert owner.is_signed_in()
    kinds = kinds_of(world, provider_id=provider)
    once = ["invitation-sent", "invitation-accepted", "account-created", "account-activated"]
    assert [kind for kind in kinds if kind != "staff-read"] == [*once, *once, "account-disabled"]


def test_the_first_operator_comes_in_by_a_command_while_everything_runs(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    email = f"kepala-{next(world.names)}@program.example"
    assert invite_operator([email], world.system.accounts_settings) == 0
    told = capsys.readouterr().out
    found = re.search(r"\b([0-9A-Z]{5}-[0-9A-Z]{5})\b", told)
    assert found
    browser = Browser(world)
    fields = {"email": email, "display_name": "Kepala Program", "password": PASSWORD}

    assert f"{world.system.address}/invitation" in told
    assert browser.send("/invitation", code=found[1], **fields).status_code == 303
    assert "Programme management" in browser.sees()


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
    assert {secret for secret in (*secrets, code) if secret in written} == set()


def _hashes(world: World) -> float:
    told = requests.get(f"{world.system.address_of('accounts')}/metrics", timeout=PATIENCE).text
    found = re.search(r"^password_hashes_total (\S+)$", told, re.MULTILINE)
    assert found
    return float(found[1])
