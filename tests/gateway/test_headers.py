"""What travels through the gateway and what stays there, seen behind a real server."""

from __future__ import annotations

import re

import pytest

from chassis.time_left import TIME_LEFT_HEADER
from tests.gateway.conftest import Recorded
from tests.gateway.running import Server, gateway_environment, gunicorn
from tests.gateway.wire import exchange, request
from tests.tokens import bearer

PATH = "/api/v1/courses"
OURS = {"host", "x-request-id", "x-time-left-ms", "x-forwarded-for"}


@pytest.mark.parametrize(
    "name",
    [
        "Forwarded",
        "X-Forwarded-Proto",
        "X-Forwarded-Host",
        "X-Forwarded-Port",
        "X-Forwarded-Prefix",
        "X-Forwarded-User",
        "X-Forwarded-Email",
        "X-Real-IP",
        "X-Client-IP",
        "True-Client-IP",
        "CF-Connecting-IP",
        "X-Original-URL",
        "X-Rewrite-URL",
        "X-HTTP-Method-Override",
        "X-Balai-Subject",
        "X-Balai-Role",
        "X-User",
        "X-Remote-User",
        "Remote-User",
        "X-Principal",
        "X-Ssl-Client-Verify",
        "Client-Cert",
        "Proxy-Authorization",
        "Proxy-Connection",
        "Proxy",
        "Cookie",
        "Keep-Alive",
        "TE",
        "Upgrade",
        "Via",
        "Max-Forwards",
        "X-Anything",
        "SCRIPT_NAME",
        "PATH_INFO",
        "REMOTE_USER",
    ],
)
def test_what_a_client_claims_about_itself_stays_outside(
    gateway: Server, recorded: Recorded, name: str
) -> None:
    assert request(gateway, "GET", PATH, headers={name: "127.0.0.1"}).status == 200
    assert set(recorded()[0]["headers"]) == OURS


@pytest.mark.parametrize(
    "name",
    [
        "X_Request_Id",
        "X_Forwarded_For",
        "Idempotency_Key",
        "If_Match",
        "HTTP_AUTHORIZATION",
        "CONTENT_TYPE",
        "REMOTE_USER",
        "X_Balai_Role",
        "Client_Code",
    ],
)
def test_a_header_with_an_underscore_is_dropped_by_the_server(
    gateway: Server, recorded: Recorded, name: str
) -> None:
    assert request(gateway, "GET", PATH, headers={name: "forged-value"}).status == 200
    (seen,) = recorded()
    assert set(seen["headers"]) == OURS
    assert "forged-value" not in seen["headers"].values()


def test_what_a_call_can_need_travels(gateway: Server, recorded: Recorded) -> None:
    sent = {
        "Accept": "text/csv",
        "Accept-Language": "id",
        "Idempotency-Key": "0190f5a2-7c3e",
        "If-Match": '"7"',
        "If-None-Match": '"8"',
        "Content-Encoding": "identity",
        "Content-Type": "application/json",
        "Traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    }

    request(gateway, "POST", "/api/v1/enrolments", headers={**sent, **bearer()}, body=b"{}")

    seen = recorded()[0]["headers"]
    assert {name: seen[name.lower()] for name in sent} == sent
    assert seen["content-length"] == "2"


def test_headers_that_the_connection_header_names_are_not_passed_on(
    gateway: Server, recorded: Recorded
) -> None:
    headers = {"Connection": "keep-alive, If-Match,idempotency-key", "If-Match": '"7"'}
    request(gateway, "GET", PATH, headers={**headers, "Idempotency-Key": "12345678"})

    assert set(recorded()[0]["headers"]) == OURS


def test_naming_the_token_in_the_connection_header_leaves_the_caller_without_one(
    gateway: Server, recorded: Recorded
) -> None:
    headers = {"Connection": "Authorization", **bearer()}

    assert request(gateway, "GET", "/api/v1/enrolments", headers=headers).status == 401
    assert recorded() == []


@pytest.mark.parametrize("given", ["12345678", "a" * 64, "0190f5a2-7c3e-7b1d-9a4f-5e6d7c8b9a01"])
def test_a_request_id_of_a_safe_form_is_kept(
    gateway: Server, recorded: Recorded, given: str
) -> None:
    answer = request(gateway, "GET", PATH, headers={"X-Request-Id": given})

    assert answer.header("X-Request-Id") == given
    assert recorded()[0]["headers"]["x-request-id"] == given


@pytest.mark.parametrize(
    "given",
    ["", "1234567", "a" * 65, "-2345678", "a b c d e", "äöü12345", "abc;12345", "1,2345678"],
)
def test_another_request_id_is_replaced(gateway: Server, recorded: Recorded, given: str) -> None:
    answer = request(gateway, "GET", PATH, headers={"X-Request-Id": given})

    made = answer.header("X-Request-Id") or ""
    assert re.fullmatch(r"[0-9a-f-]{36}", made)
    assert recorded()[0]["headers"]["x-request-id"] == made


def test_services_are_told_how_much_time_is_left(gateway: Server, recorded: Recorded) -> None:
    request(gateway, "GET", PATH)

    assert 0 < int(recorded()[0]["headers"][TIME_LEFT_HEADER.lower()]) <= 10_000


def test_nobody_chooses_the_address_he_is_known_by(gateway: Server, recorded: Recorded) -> None:
    request(gateway, "GET", PATH, headers={"X-Forwarded-For": "203.0.113.9"})

    assert recorded()[0]["headers"]["x-forwarded-for"] == "127.0.0.1"


def test_behind_our_own_proxy_the_address_is_the_one_it_saw(
    service: Server, recorded: Recorded, tmp_path_factory: pytest.TempPathFactory
) -> None:
    environment = gateway_environment(service.url, PROXIES_IN_FRONT="1")
    folder = tmp_path_factory.mktemp("behind-proxy")
    with gunicorn("gateway.app:create_app()", folder, environment=environment) as server:
        recorded()
        for claimed in ("203.0.113.9", "198.51.100.1, 203.0.113.9", "203.0.113.9, nonsense", ""):
            request(server, "GET", PATH, headers={"X-Forwarded-For": claimed})

    seen = [entry["headers"]["x-forwarded-for"] for entry in recorded()]
    assert seen == ["203.0.113.9", "203.0.113.9", "127.0.0.1", "127.0.0.1"]


def test_several_cookies_stay_several(gateway: Server) -> None:
    answer = request(gateway, "GET", f"{PATH}?do=cookies")

    assert answer.all("Set-Cookie") == ["a=1; Path=/", "b=2; Path=/"]


def test_redirects_are_the_callers_to_follow(gateway: Server) -> None:
    answer = request(gateway, "GET", f"{PATH}?do=redirect")

    assert answer.status == 303
    assert answer.header("Location") == "http://127.0.0.1:1/elsewhere"


def test_a_services_own_refusal_comes_back_as_it_is(gateway: Server) -> None:
    answer = request(gateway, "GET", f"{PATH}?do=refusal")

    assert answer.status == 409
    assert answer.json() == {"code": "class-full"}
    assert answer.header("X-Own") == "kept"


def test_an_answer_names_one_server_one_date_and_one_request(gateway: Server) -> None:
    answer = request(gateway, "GET", PATH)

    for name in ("Server", "Date", "Connection", "X-Request-Id", "Content-Length"):
        assert len(answer.all(name)) == 1, name


def test_head_is_answered_with_the_length_and_no_body(gateway: Server, recorded: Recorded) -> None:
    answer = request(gateway, "HEAD", PATH)

    assert answer.status == 200
    assert int(answer.header("Content-Length") or 0) > 0
    assert answer.body == b""
    assert recorded()[0]["method"] == "HEAD"


@pytest.mark.parametrize(("do", "status"), [("not-modified", 304), ("nothing", 204)])
def test_answers_without_a_body_keep_the_connection(gateway: Server, do: str, status: int) -> None:
    raw = f"GET {PATH}?do={do} HTTP/1.1\r\nHost: g\r\n\r\n".encode()

    answer = exchange(gateway, raw)

    assert answer.status == status
    assert answer.body == b""
    assert answer.header("Connection") == "keep-alive"
    assert answer.header("ETag") == ('"7"' if status == 304 else None)


def test_a_small_answer_of_unknown_length_gets_one(gateway: Server) -> None:
    answer = request(gateway, "GET", f"{PATH}?do=chunked-but-small")

    assert answer.body == b"one,two"
