"""The language that an application asks for (`ui_locales`): on every page that its request leads to."""

from __future__ import annotations

from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from services.accounts.register_application import register_application
from services.accounts.service import AccountsService
from tests.services.accounts.authorization.house import APP, BACK, CHALLENGE
from tests.services.accounts.people import SITI, Visitor, add_holder, leads_on_to

BROWSER = {"Accept": "text/html"}
"""What a browser sends that says nothing of its reader's language."""


@pytest.fixture
def client(house: AccountsService, client: FlaskClient) -> FlaskClient:
    register_application(house, client_id=APP, secret=None, redirect_uris=[BACK])
    return client


def asked(**more: str) -> str:
    """Return where an application sends a browser."""
    given = {
        "response_type": "code",
        "client_id": APP,
        "redirect_uri": BACK,
        "scope": "openid",
        "state": "xyz",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        **more,
    }
    return f"/oauth/authorize?{urlencode(given)}"


def page_after(client: FlaskClient, path: str, **headers: str) -> TestResponse:
    """Follow a browser to the page where it comes to rest."""
    for _ in range(3):
        answer = client.get(path, headers={**BROWSER, **headers})
        if answer.status_code != 303:
            return answer
        path = answer.headers["Location"]
    raise AssertionError(f"it is led on and on, to {path}")


def language_of(page: TestResponse) -> str:
    return page.get_data(as_text=True).partition('<html lang="')[2][:2]


@pytest.mark.parametrize(
    ("locales", "accepted", "language"),
    [
        ("en", "", "en"),
        ("en", "id", "en"),
        ("id", "en", "id"),
        ("jv en-GB id", "id", "en"),
        ("jv", "en", "en"),
        ("", "", "id"),
    ],
)
def test_the_sign_in_is_in_the_language_that_the_application_asks_for(
    client: FlaskClient, locales: str, accepted: str, language: str
) -> None:
    path = asked(ui_locales=locales)
    assert language_of(page_after(client, path, **{"Accept-Language": accepted})) == language


def test_the_pages_beyond_the_sign_in_are_in_that_language_too(client: FlaskClient) -> None:
    page_after(client, asked(ui_locales="en"))
    for path in ("/activate", "/recover", "/nothing"):
        assert language_of(page_after(client, path)) == "en"


def test_a_later_request_in_another_language_is_shown_in_that_one(client: FlaskClient) -> None:
    for language in ("en", "id", "en"):
        assert language_of(page_after(client, asked(ui_locales=language))) == language


def test_a_language_that_the_person_chooses_on_the_way_holds_from_there_on(
    house: AccountsService, client: FlaskClient
) -> None:
    add_holder(house)
    sign_in = page_after(client, asked(ui_locales="en")).request.full_path
    assert language_of(page_after(client, f"{sign_in}&language=id")) == "id"
    onward = parse_qs(urlsplit(sign_in).query)["continue"][0]
    done = Visitor(client).sign_in(SITI.card_number, **{"continue": onward})
    assert language_of(done) == "id"
    assert client.get(leads_on_to(done), headers=BROWSER).headers["Location"].startswith(BACK)
    assert language_of(page_after(client, "/activate")) == "id"


def test_whoever_is_signed_in_is_led_back_with_what_the_application_sent(
    house: AccountsService, client: FlaskClient
) -> None:
    add_holder(house)
    visitor = Visitor(client)
    visitor.sign_in(SITI.card_number)
    path = asked(ui_locales="id", prompt="none")
    onward = visitor.open(path).headers["Location"]
    assert parse_qs(urlsplit(onward).query) == {
        name: values
        for name, values in parse_qs(urlsplit(path).query).items()
        if name != "ui_locales"
    }
    told = parse_qs(urlsplit(visitor.open(onward).headers["Location"]).query)
    assert (told["state"], len(told["code"])) == (["xyz"], 1)


def test_whom_nobody_can_be_led_back_to_is_told_so_in_that_language(client: FlaskClient) -> None:
    page = page_after(client, asked(ui_locales="en", client_id="nobody"))
    assert (page.status_code, language_of(page)) == (400, "en")


def test_it_is_remembered_no_longer_than_the_browser_stays_open(client: FlaskClient) -> None:
    answer = client.get(asked(ui_locales="en"), headers=BROWSER)
    (cookie,) = answer.headers.getlist("Set-Cookie")
    assert cookie.startswith("balai-language=en;")
    assert "Max-Age" not in cookie
