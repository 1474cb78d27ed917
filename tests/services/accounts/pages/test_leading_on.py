"""The pages that somebody meets on the way to an application: whom they lead to, and who may have opened them."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from services.accounts.pages.visitor import FLOW_COOKIE
from services.accounts.service import AccountsService
from tests.services.accounts.people import SITI, Visitor, add_holder, leads_on_to

FORMS = ("/sign-in", "/activate", "/activate/staff", "/activate/code")


def onward(redirect_uri: str = "https://app.example/signed-in") -> str:
    asked = {"client_id": "app", "redirect_uri": redirect_uri}
    return f"/oauth/authorize?{urlencode(asked)}"


def policy(page: TestResponse) -> tuple[str, str]:
    """Return where a page's form may lead, and whether whoever opened it stays in touch."""
    parts = page.headers["Content-Security-Policy"].split("; ")
    (targets,) = [part for part in parts if part.startswith("form-action ")]
    return targets, page.headers["Cross-Origin-Opener-Policy"]


@pytest.fixture
def visitor(client: FlaskClient) -> Visitor:
    client.set_cookie(FLOW_COOKIE, "holder.a-browser-that-asked-for-a-code")
    return Visitor(client)


@pytest.mark.parametrize("path", FORMS)
def test_a_page_on_the_way_is_in_touch_with_the_application_that_opened_it(
    visitor: Visitor, path: str
) -> None:
    page = visitor.open(f"{path}?{urlencode({'continue': onward()})}")
    assert page.status_code == 200
    assert policy(page) == ("form-action 'self'", "unsafe-none")
    again = visitor.send(path, **{"continue": onward()})
    assert again.status_code == 422
    assert policy(again) == ("form-action 'self'", "unsafe-none")


@pytest.mark.parametrize("path", FORMS)
def test_a_page_that_nobody_was_sent_to_is_in_touch_with_nobody(
    visitor: Visitor, path: str
) -> None:
    assert policy(visitor.open(path)) == ("form-action 'self'", "same-origin")


@pytest.mark.parametrize(
    "redirect_uri",
    [
        "https://app.example/signed-in",
        "http://127.0.0.1:52100/cb",
        "http://[::1]:52100/cb",
        "com.example.app:/cb",
    ],
)
def test_whoever_signed_in_goes_on_by_a_page_and_not_by_a_redirection_of_the_form(
    house: AccountsService, visitor: Visitor, redirect_uri: str
) -> None:
    add_holder(house)
    answer = visitor.sign_in(SITI.card_number, **{"continue": onward(redirect_uri)})

    assert leads_on_to(answer) == onward(redirect_uri)
    assert "Location" not in answer.headers
    assert answer.headers["Cross-Origin-Opener-Policy"] == "unsafe-none"
    assert answer.headers["Cache-Control"] == "no-store"
