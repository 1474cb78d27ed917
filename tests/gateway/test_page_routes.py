"""Pages through the gateway: what a browser says travels on, what a program would say does not."""

from __future__ import annotations

import pytest

from tests.gateway.conftest import Recorded
from tests.gateway.running import Server, gateway_environment, gunicorn
from tests.gateway.wire import exchange, request
from tests.tokens import bearer

PAGE = "/sign-in"
BROWSER = {"Accept": "text/html,*/*;q=0.8", "Accept-Language": "en"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def test_what_a_browser_says_reaches_a_page(gateway: Server, recorded: Recorded) -> None:
    sent = {
        **BROWSER,
        **FORM,
        "Cookie": "balai-session=abc; balai-language=en",
        "Origin": "http://balai.test",
        "Sec-Fetch-Site": "same-origin",
    }

    assert request(gateway, "POST", PAGE, headers=sent, body=b"a=1").status == 200

    seen = recorded()[0]["headers"]
    assert {name: seen[name.lower()] for name in sent} == sent


def test_a_page_is_told_no_token_and_asks_for_none(gateway: Server, recorded: Recorded) -> None:
    headers = {**bearer(), "Idempotency-Key": "12345678", "If-Match": '"1"', "Referer": "http://a"}

    assert request(gateway, "GET", PAGE, headers=headers).status == 200
    assert request(gateway, "GET", PAGE, headers={"Authorization": "nonsense"}).status == 200

    for seen in recorded():
        assert set(seen["headers"]) == {"host", "x-request-id", "x-time-left-ms", "x-forwarded-for"}


def test_a_call_is_told_no_cookie(gateway: Server, recorded: Recorded) -> None:
    headers = {"Cookie": "balai-session=abc", "Origin": "http://a", "Sec-Fetch-Site": "cross-site"}

    request(gateway, "GET", "/api/v1/courses", headers=headers)
    request(gateway, "POST", "/oauth/token", headers={**headers, **FORM}, body=b"a=1")

    for seen in recorded():
        assert not {"cookie", "origin", "sec-fetch-site"} & set(seen["headers"])


def test_a_cookie_that_the_connection_header_names_stays_here(
    gateway: Server, recorded: Recorded
) -> None:
    headers = {"Connection": "Cookie, Sec-Fetch-Site", "Cookie": "a=1", "Sec-Fetch-Site": "none"}

    request(gateway, "GET", PAGE, headers=headers)

    assert not {"cookie", "sec-fetch-site"} & set(recorded()[0]["headers"])


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/sign-out-of-everything", b"", 404),
        ("GET", "/sign-in/", b"", 400),
        ("GET", "/sign-%69n", b"", 400),
        ("DELETE", PAGE, b"", 405),
        ("POST", PAGE, b"a" * 16_385, 413),
        ("GET", PAGE, b"a=1", 413),
    ],
)
def test_what_the_gateway_refuses_is_a_page_for_readers(
    gateway: Server, recorded: Recorded, method: str, path: str, body: bytes, status: int
) -> None:
    page = request(gateway, method, path, headers=BROWSER, body=body)
    document = request(gateway, method, path, headers={"Accept": "*/*"}, body=body)

    assert (page.status, document.status) == (status, status)
    assert page.header("Content-Type") == "text/html; charset=utf-8"
    assert page.header("Allow") == document.header("Allow")
    assert '<html lang="en">' in page.body.decode()
    assert str(page.header("X-Request-Id")) in page.body.decode()
    assert document.problem()
    assert recorded() == []


def test_the_page_of_a_refusal_is_in_the_language_that_was_chosen(gateway: Server) -> None:
    headers = {**BROWSER, "Cookie": "balai-language=id"}

    assert '<html lang="id">' in request(gateway, "GET", "/nothing", headers=headers).body.decode()


def test_a_call_is_refused_with_a_document_whatever_is_accepted(gateway: Server) -> None:
    answer = request(gateway, "GET", "/api/v1/nothing", headers=BROWSER)

    assert (answer.status, answer.problem()) == (404, "not-found")


def test_when_the_service_is_away_readers_are_told_to_come_back(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("away")
    environment = gateway_environment("http://127.0.0.1:9")
    with gunicorn("gateway.app:create_app()", folder, environment=environment) as alone:
        page = request(alone, "GET", PAGE, headers=BROWSER)
        head = exchange(
            alone,
            f"HEAD {PAGE} HTTP/1.1\r\nHost: g\r\nAccept: text/html\r\n\r\n".encode(),
            method="HEAD",
        )

    assert page.status == head.status == 503
    assert page.header("Retry-After") == "1"
    assert "Nothing is lost" in page.body.decode()
    assert head.body == b""
