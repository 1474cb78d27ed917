"""Every form that somebody meets on the way to an application may lead the browser on to it, and nowhere else."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from services.accounts.pages.visitor import FLOW_COOKIE
from tests.services.accounts.people import Visitor

ONWARD = "/oauth/authorize?" + urlencode(
    {"client_id": "app", "redirect_uri": "https://app.example/signed-in"}
)
FORMS = ("/sign-in", "/activate", "/activate/staff", "/activate/code")


def targets(page: TestResponse) -> str:
    policy = page.headers["Content-Security-Policy"]
    (found,) = [part for part in policy.split("; ") if part.startswith("form-action ")]
    return found


@pytest.fixture
def visitor(client: FlaskClient) -> Visitor:
    client.set_cookie(FLOW_COOKIE, "holder.a-browser-that-asked-for-a-code")
    return Visitor(client)


@pytest.mark.parametrize("path", FORMS)
def test_a_form_may_lead_on_to_the_application_that_asked(visitor: Visitor, path: str) -> None:
    page = visitor.open(f"{path}?{urlencode({'continue': ONWARD})}")
    assert page.status_code == 200
    assert targets(page) == "form-action 'self' https://app.example"


@pytest.mark.parametrize("path", FORMS)
def test_so_it_may_where_it_is_shown_again_for_what_was_wrong(visitor: Visitor, path: str) -> None:
    again = visitor.send(path, **{"continue": ONWARD})
    assert again.status_code == 422
    assert targets(again) == "form-action 'self' https://app.example"


@pytest.mark.parametrize("path", FORMS)
def test_a_form_that_nobody_was_sent_to_leads_nowhere_else(visitor: Visitor, path: str) -> None:
    assert targets(visitor.open(path)) == "form-action 'self'"
