"""Pages within a service: forms that only come from here, languages, failures that readers understand."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from chassis.pages.declaring import Cookie, GoTo, PageAnswer, Pages, ShowPage, Visit
from chassis.pages.form_guard import FormGuard
from chassis.pages.serving import ServedPages
from chassis.pages.site import Site
from chassis.problems import TooBusy
from chassis.web import build_app
from tests.tokens import verifier

ORIGIN = "http://balai.test"
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
FORM = "application/x-www-form-urlencoded"
TEMPLATE = """{% extends "base.html" %}{% import "forms.html" as forms %}{% block title %}Note{% endblock %}
{% block content %}<form method="post">{{ forms.guard(form_token) }}{{ note }}</form>{% endblock %}"""

pages: Pages[list[Visit]] = Pages()


@pages.get("/note")
def show_note(visit: Visit, house: list[Visit]) -> PageAnswer:
    house.append(visit)
    if visit.query.get("fail"):
        raise TooBusy(retry_after=7)
    return ShowPage(
        "note.html",
        {"note": visit.query.get("note", "")},
        keeps_opener="opened" in visit.query,
    )


@pages.post("/note")
def take_note(visit: Visit, house: list[Visit]) -> PageAnswer:
    house.append(visit)
    return GoTo("/note", (Cookie("last", "1"), Cookie.gone("first")))


@pytest.fixture
def visits() -> list[Visit]:
    return []


def site_at(origin: str, folder: Path) -> Site:
    """Return a site with one template and no texts of its own."""
    (folder / "templates").mkdir(exist_ok=True)
    (folder / "texts").mkdir(exist_ok=True)
    (folder / "templates" / "note.html").write_text(TEMPLATE, encoding="utf-8")
    (folder / "texts" / "id.po").write_text('msgid ""\nmsgstr ""\n', encoding="utf-8")
    return Site(name="Site", origin=origin, folder=folder, home="/note")


def app_at(origin: str, folder: Path, visits: list[Visit]) -> Flask:
    """Build a service that has nothing but pages."""
    site = site_at(origin, folder)
    served = ServedPages(site, FormGuard(origin=site.origin, key=b"k" * 32), tuple(pages.all))
    return build_app(
        "small", endpoints=[], house=visits, verifier=verifier(), checks={}, pages=served
    )


@pytest.fixture
def client(tmp_path: Path, visits: list[Visit]) -> FlaskClient:
    return app_at(ORIGIN, tmp_path, visits).test_client()


def token_in(page: TestResponse) -> str:
    """Return the token in the form of a page."""
    found = re.search(r'name="form_token" value="([0-9a-f]{64})"', page.get_data(as_text=True))
    assert found
    return found[1]


def test_a_form_that_came_from_its_page_is_taken(client: FlaskClient, visits: list[Visit]) -> None:
    token = token_in(client.get("/note", headers=BROWSER))

    answer = client.post(
        "/note", data={"form_token": token, "note": " a "}, headers={"Origin": ORIGIN}
    )

    assert answer.status_code == 303
    assert answer.headers["Location"] == "/note"
    assert answer.headers["Cache-Control"] == "no-store"
    assert visits[-1].said("note") == "a"
    assert visits[-1].secret("note") == " a "


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": ORIGIN}, 303),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost:8000"}, 303),
        ({"Sec-Fetch-Site": "none"}, 303),
        ({}, 303),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "https://balai.test"}, 403),
        ({"Origin": "http://balai.test:81"}, 403),
        ({"Origin": "http://balai.test.evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": ORIGIN}, 403),
        ({"Sec-Fetch-Site": "same-site", "Origin": ORIGIN}, 403),
    ],
)
def test_a_form_of_another_site_is_refused_although_it_has_token_and_cookie(
    client: FlaskClient, headers: dict[str, str], status: int
) -> None:
    token = token_in(client.get("/note"))

    assert client.post("/note", data={"form_token": token}, headers=headers).status_code == status


def test_a_token_is_good_in_the_browser_that_got_it_alone(
    client: FlaskClient, tmp_path: Path
) -> None:
    other = app_at(ORIGIN, tmp_path, []).test_client()
    token = token_in(other.get("/note"))
    client.get("/note")

    for wrong in (
        token,
        "",
        "0" * 64,
        token[:-1],
        "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"),
    ):
        assert client.post("/note", data={"form_token": wrong}).status_code == 403
    client.delete_cookie("balai-form", domain="localhost")
    assert client.post("/note", data={"form_token": token}).status_code == 403


def test_a_form_is_nothing_but_a_form(client: FlaskClient, visits: list[Visit]) -> None:
    token = token_in(client.get("/note"))
    seen = len(visits)

    assert client.post("/note", json={"form_token": token}).status_code == 415
    assert (
        client.post("/note", data=f"form_token={token}&note=a%00", content_type=FORM).status_code
        == 400
    )
    assert (
        client.post("/note", data=f"form_token={token}&note=%ff", content_type=FORM).status_code
        == 400
    )
    assert client.get("/note?note=%ed%a0%80").status_code == 400
    assert len(visits) == seen


def test_cookies_are_kept_from_scripts_and_other_sites(client: FlaskClient) -> None:
    token = token_in(client.get("/note"))
    answer = client.post("/note", data={"form_token": token})

    assert answer.headers.getlist("Set-Cookie") == [
        "last=1; Path=/; HttpOnly; SameSite=Lax",
        "first=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0",
    ]


def test_behind_tls_cookies_are_of_this_host_alone_and_never_sent_in_the_clear(
    tmp_path: Path, visits: list[Visit]
) -> None:
    client = app_at("https://balai.test", tmp_path, visits).test_client()
    page = client.get("/note")
    (line,) = page.headers.getlist("Set-Cookie")
    client.set_cookie("__Host-balai-session", "mine")
    client.set_cookie("balai-session", "planted")
    client.get("/note")

    assert re.fullmatch(
        r"__Host-balai-form=[\w-]{32}; Path=/; HttpOnly; SameSite=Lax; Secure", line
    )
    assert visits[-1].cookies["balai-session"] == "mine"


def test_a_page_runs_nothing_is_framed_by_nobody_and_is_kept_nowhere(client: FlaskClient) -> None:
    answer = client.get("/note", headers=BROWSER)

    policy = answer.headers["Content-Security-Policy"]
    assert re.fullmatch(
        r"default-src 'none'; style-src 'sha256-[\w+/=]{44}'; base-uri 'none';"
        r" form-action 'self'; frame-ancestors 'none'",
        policy,
    )
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert "<script" not in answer.get_data(as_text=True)


def test_only_a_page_that_says_so_is_in_touch_with_whoever_opened_it(client: FlaskClient) -> None:
    policies = [
        client.get(path, headers=BROWSER).headers["Cross-Origin-Opener-Policy"]
        for path in ("/note", "/note?opened=1", "/not-there")
    ]
    assert policies == ["same-origin", "unsafe-none", "same-origin"]


def test_what_a_visitor_sends_is_shown_as_text(client: FlaskClient) -> None:
    page = client.get("/note?note=%3Cscript%3Ealert(1)%3C/script%3E")

    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.get_data(as_text=True)


def test_a_language_is_chosen_by_a_link_and_remembered(client: FlaskClient) -> None:
    first = client.get("/note?note=a%26b")
    assert '<html lang="id">' in first.get_data(as_text=True)
    assert '<a href="/note?note=a%26b&amp;language=en"' in first.get_data(as_text=True)

    chosen = client.get("/note?note=a%26b&language=en")

    assert chosen.status_code == 303
    assert chosen.headers["Location"] == "/note?note=a%26b"
    assert '<html lang="en">' in client.get("/note").get_data(as_text=True)


def test_a_language_that_there_is_not_changes_nothing(client: FlaskClient) -> None:
    answer = client.get("/note?language=xx")

    assert answer.status_code == 200
    assert "balai-language" not in str(answer.headers.getlist("Set-Cookie"))


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [("/nothing", "GET", 404), ("/note", "DELETE", 405), ("/note?fail=1", "GET", 503)],
)
def test_a_failure_is_a_page_for_readers_and_a_document_for_programs(
    client: FlaskClient, path: str, method: str, status: int
) -> None:
    page = client.open(path, method=method, headers={**BROWSER, "Accept-Language": "en"})
    document = client.open(path, method=method)

    assert page.status_code == document.status_code == status
    assert page.content_type == "text/html; charset=utf-8"
    assert document.content_type == "application/problem+json"
    assert page.headers["X-Request-Id"] in page.get_data(as_text=True)
    assert '<a href="/note">Go to the start page</a>' in page.get_data(as_text=True)
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    for header in ("Retry-After", "Allow"):
        assert page.headers.get(header) == document.headers.get(header)


def test_a_program_that_takes_anything_gets_a_document(client: FlaskClient) -> None:
    for accept in ("*/*", "application/json", "application/json, text/html;q=0.5", "", "text/*"):
        answer = client.get("/nothing", headers={"Accept": accept})
        assert answer.content_type == "application/problem+json", accept
    answer = client.get("/api/v1/nothing", headers=BROWSER)
    assert answer.content_type == "application/problem+json"
