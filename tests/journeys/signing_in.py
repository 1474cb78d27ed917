"""People who get in as a browser does it: holders who activate a card, staff who are invited."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import requests

from tests.journeys.browser import Browser, messages_to, next_message
from tests.journeys.world import World

PASSWORD = "kuda baterai jepit"
OTHER_PASSWORD = "perahu lampu cangkir"


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
