"""One spelling for each address: no other one reaches a service."""

from __future__ import annotations

import pytest

from tests.gateway.conftest import Recorded
from tests.gateway.running import Server
from tests.gateway.wire import exchange, request
from tests.tokens import bearer

ID = "0190f5a2-7c3e-7b1d-9a4f-5e6d7c8b9a01"
COURSE = f"/api/v1/courses/{ID}"

TRICKS = [
    # what leads to the internal feed, if anything decodes or shortens it
    "/internal/feed",
    "/internal/seats",
    "/internal/rules",
    "/internal/seat-holders",
    "/api/v1/internal/feed",
    "/api/v1/../internal/feed",
    "/api/v1/courses/../../../internal/feed",
    "/api/v1/courses/..%2f..%2finternal%2ffeed",
    "/api/v1/courses/..%2F..%2Finternal%2Ffeed",
    "/api/v1/courses/%2e%2e/%2e%2e/internal/feed",
    "/api/v1/courses/%2E%2E/internal/feed",
    "/api/v1/courses/.%2e/internal/feed",
    "/api/v1/courses/%252e%252e/internal/feed",
    "/api/v1/courses/%252e%252e%252finternal",
    "/api/v1/courses/%c0%ae%c0%ae/internal/feed",
    "/api/v1/courses/%uff0e%uff0e/internal/feed",
    "/api/v1/courses/..;/internal/feed",
    "/api/v1/courses/..;a=b/internal/feed",
    "/api/v1/courses/..\\internal\\feed",
    "/api/v1/courses/..%5cinternal%5cfeed",
    "/api/v1/courses/..%255c",
    "/api/v1/courses/....//internal/feed",
    "/api/v1/courses/.../",
    "/..",
    "/.",
    "/../",
    "/./",
    "/%2e",
    "/%2e%2e/",
    "/..%00/",
    "/..%0d/",
    "/%2f",
    "/%2finternal%2ffeed",
    "//internal/feed",
    "///internal/feed",
    "/;/internal/feed",
    "/internal;/feed",
    # other spellings of an address that exists
    f"/{COURSE}",
    f"/api//v1/courses/{ID}",
    f"/api/v1//courses/{ID}",
    f"/api/v1/courses//{ID}",
    f"{COURSE}/",
    f"{COURSE}//",
    f"{COURSE}/.",
    f"{COURSE}/..",
    f"{COURSE}/./",
    f"{COURSE}/../{ID}",
    f"/api/./v1/courses/{ID}",
    f"/api/v1/./courses/{ID}",
    f"/api/v1/classes/../courses/{ID}",
    f"/api/v1/courses/%2e/{ID}",
    f"/api/v1/courses%2f{ID}",
    f"/api%2fv1%2fcourses%2f{ID}",
    f"/api/v1/%63ourses/{ID}",
    f"/%61pi/v1/courses/{ID}",
    f"/api/v1/courses/%30{ID[1:]}",
    f"{COURSE}%00",
    f"{COURSE}%0a",
    f"{COURSE}%0d%0aX-Evil:%201",
    f"{COURSE}%20",
    f"{COURSE}%09",
    f"{COURSE}%3f",
    f"{COURSE}%3fa=b",
    f"{COURSE}%23",
    f"{COURSE}%2f",
    f"{COURSE}%2f%2e%2e",
    f"{COURSE}%",
    f"{COURSE}%2",
    f"{COURSE}%zz",
    f"{COURSE};",
    f"{COURSE};v=1",
    f"{COURSE};/decision",
    f"{COURSE}#",
    f"{COURSE}#fragment",
    f"{COURSE}\\",
    f"{COURSE}|",
    f"{COURSE}^",
    f"{COURSE}`",
    f'{COURSE}"',
    f"{COURSE}<",
    f"{COURSE}{{}}",
    f"{COURSE}@evil.test",
    f"{COURSE}:80",
    f"{COURSE}.json",
    f"{COURSE}~",
    f"{COURSE}*",
    f"{COURSE},",
    f"{COURSE}$",
    f"{COURSE}&",
    f"{COURSE}'",
    f"{COURSE}!",
    f"{COURSE}(1)",
    f"{COURSE}+",
    f"{COURSE}=",
    f"/API/v1/courses/{ID}",
    f"/api/V1/courses/{ID}",
    f"/api/v1/Courses/{ID}",
    f"/api/v2/courses/{ID}",
    f"/api/courses/{ID}",
    f"/courses/{ID}",
    # things that are not ids
    f"/api/v1/courses/{ID.upper()}",
    f"/api/v1/courses/{{{ID}}}",
    f"/api/v1/courses/urn:uuid:{ID}",
    f"/api/v1/courses/{ID.replace('-', '')}",
    f"/api/v1/courses/{ID}0",
    f"/api/v1/courses/{ID[:-1]}",
    f"/api/v1/courses/{ID[:-1]}g",
    f"/api/v1/courses/{ID}-",
    f"/api/v1/courses/x{ID}",
    "/api/v1/courses/1",
    "/api/v1/courses/0",
    "/api/v1/courses/-1",
    "/api/v1/courses/null",
    "/api/v1/courses/{}",
    "/api/v1/courses/{course_id}",
    "/api/v1/courses/%7Bcourse_id%7D",
    f"/api/v1/{ID}",
    f"/api/v1/{ID}/{ID}",
    f"/{ID}",
    f"/api/v1/waves/{ID}/{ID}",
    f"/api/v1/cards/{ID}",
    f"/api/v1/cards/{ID}/statement",
    # what services have and nobody outside
    "/metrics",
    "/recorded",
    "/api/v1/metrics",
    "/api/v1/log",
    "/api/v1/log/checkpoint",
    "/api/v1/imports",
    "/.well-known",
    "/.well-known/",
    "/.well-known/security.txt",
    "/.git/config",
    "/oauth",
    "/oauth/token/",
    # queries that are not one
    f"{COURSE}?a=%00",
    f"{COURSE}?a=%0d%0aX-Evil:%201",
    f"{COURSE}?a=%1f",
    f"{COURSE}?a=%7F",
    f"{COURSE}?a=b#fragment",
    f"{COURSE}?a=b\\c",
    f'{COURSE}?a="b"',
    f"{COURSE}?a=<b>",
    f"{COURSE}?a={{b}}",
    f"{COURSE}?a=b^c",
]


ORIGINS_THAT_ARE_NONE = [
    "ftp://gateway.test",
    "file://",
    "http://",
    "http:///",
    "http:",
    "//gateway.test",
    "http://user@gateway.test",
    "http://user:word@gateway.test",
    "http://@gateway.test",
    "http://:80",
    "http://gateway.test:http",
    "http://gateway.test:800000",
    "http://gateway.test:-1",
    "http://gateway%2etest",
    "http://gateway.test%2f",
    "http://gateway.test\\",
    "http://gateway.test;a",
    "http://gateway.test,evil.test",
    "http://[::1",
    "http://[::1]evil.test",
    "http://::1",
    "http://[gateway.test]",
    "x-http://gateway.test",
    "http://http://gateway.test",
]


def test_there_are_three_hundred_spellings() -> None:
    behind_a_host = [trick for trick in TRICKS if trick.startswith("/")]
    assert len(TRICKS) + len(behind_a_host) + len(ORIGINS_THAT_ARE_NONE) >= 300
    assert len(TRICKS) == len(set(TRICKS))


@pytest.mark.parametrize("target", TRICKS)
def test_no_other_spelling_reaches_a_service(
    gateway: Server, recorded: Recorded, target: str
) -> None:
    answer = request(gateway, "GET", target, headers=bearer())

    assert answer.status in (400, 404), target
    assert answer.problem() in ("malformed-request", "not-found")
    assert recorded() == []


@pytest.mark.parametrize("target", [trick for trick in TRICKS if trick.startswith("/")])
def test_behind_a_scheme_and_a_host_an_address_has_one_spelling_too(
    gateway: Server, recorded: Recorded, target: str
) -> None:
    answer = request(gateway, "GET", f"http://gateway.test{target}", headers=bearer())

    assert answer.status in (400, 404), target
    assert answer.problem() in ("malformed-request", "not-found")
    assert recorded() == []


@pytest.mark.parametrize("origin", ORIGINS_THAT_ARE_NONE)
def test_an_address_of_another_kind_of_origin_is_malformed(
    gateway: Server, recorded: Recorded, origin: str
) -> None:
    answer = request(gateway, "GET", origin + COURSE, headers=bearer())

    assert answer.status == 400
    assert answer.problem() == "malformed-request"
    assert recorded() == []


@pytest.mark.parametrize(
    "origin",
    [
        "http://gateway.test",
        "https://gateway.test",
        "HTTP://Gateway.Test",
        "http://gateway.test:8000",
        "http://gateway.test:",
        "http://192.0.2.1:80",
        "http://[2001:db8::1]:80",
        "http://evil.test",
    ],
)
def test_an_absolute_address_is_its_path_whatever_its_host(
    gateway: Server, recorded: Recorded, origin: str
) -> None:
    assert request(gateway, "GET", f"{origin}{COURSE}?a=http://b/", headers=bearer()).status == 200
    assert [entry["target"] for entry in recorded()] == [f"{COURSE}?a=http://b/"]
    assert request(gateway, "GET", f"{origin}/healthz").json() == {"status": "alive"}
    assert request(gateway, "GET", origin).header("Location") == "/api/v1/docs"


@pytest.mark.parametrize(
    "raw",
    [
        b"GET *  HTTP/1.1\r\nHost: g\r\n\r\n",
        b"GET * HTTP/1.1\r\nHost: g\r\n\r\n",
        b"GET internal/feed HTTP/1.1\r\nHost: g\r\n\r\n",
        b"CONNECT 127.0.0.1:1 HTTP/1.1\r\nHost: g\r\n\r\n",
        b"GET /api/v1/courses/\xc3\xa9 HTTP/1.1\r\nHost: g\r\n\r\n",
        b"GET /api/v1/courses/\x00 HTTP/1.1\r\nHost: g\r\n\r\n",
        b"GET /api/v1/courses/\x7f HTTP/1.1\r\nHost: g\r\n\r\n",
        b"GET /api/v1/courses\t HTTP/1.1\r\nHost: g\r\n\r\n",
        b"GET /api/v1/courses HTTP/1.1 \r\nHost: g\r\n\r\n",
        b"GET /api/v1/courses  HTTP/1.1\r\nHost: g\r\n\r\n",
        b"OPTIONS * HTTP/1.1\r\nHost: g\r\n\r\n",
        b"OPTIONS http://g HTTP/1.1\r\nHost: g\r\n\r\n",
        b"CONNECT http://g/api/v1/courses HTTP/1.1\r\nHost: g\r\n\r\n",
        b"GET http://g/api/v1/courses HTTP/1.1\r\n\r\n",
        b"GET http://g /api/v1/courses HTTP/1.1\r\nHost: g\r\n\r\n",
        b"GET /api/v1/courses HTTP/1.1\r\n\r\n",
    ],
)
def test_no_other_form_of_target_reaches_a_service(
    gateway: Server, recorded: Recorded, raw: bytes
) -> None:
    assert exchange(gateway, raw).status in (400, 404, 405)
    assert recorded() == []
