"""Which bodies a call takes, and what one is refused for before its handler runs."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.chassis.problem_documents import code, pointers, problem
from tests.chassis.small_service import ID, OPERATOR, House


@pytest.mark.parametrize(
    "content_type",
    [
        None,
        "",
        "text/plain",
        "text/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json5",
        "application/merge-patch+json",
        "json",
    ],
)
def test_a_body_of_another_media_type_is_refused(
    client: FlaskClient, content_type: str | None
) -> None:
    answer = client.post("/api/v1/public-things", data=b'{"name": "a"}', content_type=content_type)
    assert code(answer) == (415, "unsupported-media-type")
    assert "application/json" in problem(answer)["detail"]


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json; charset=utf-16",
        'application/json; charset="UTF-16LE"',
        "application/json; Charset=iso-8859-1",
        "application/json; charset=us-ascii",
        "application/json; v=1; charset=utf-7",
        "application/json; charset*=utf-8''utf-16",
        'application/json; charset="utf-16',
        "application/json; charset = utf-16",
        "application/json; charset=",
    ],
)
def test_a_body_in_another_charset_is_refused_by_the_name_of_the_header(
    client: FlaskClient, content_type: str
) -> None:
    answer = client.post("/api/v1/public-things", data=b'{"name": "a"}', content_type=content_type)
    assert code(answer) == (415, "unsupported-media-type")
    assert "Content-Type" in problem(answer)["detail"]
    assert "UTF-8" in problem(answer)["detail"]


@pytest.mark.parametrize(
    "coding", ["gzip", "GZIP", "br", "deflate, identity", "identity,gzip", "zstd", "x"]
)
@pytest.mark.parametrize("path", ["public-things", f"things/{ID}/closing", "forms"])
def test_a_coded_body_is_refused_with_the_remedy(
    client: FlaskClient, house: House, path: str, coding: str
) -> None:
    answer = client.post(
        f"/api/v1/{path}",
        data=b"{}",
        headers={"Content-Encoding": coding, **OPERATOR},
        content_type="application/x-www-form-urlencoded" if path == "forms" else "application/json",
    )
    assert code(answer) == (415, "unsupported-media-type")
    assert "Content-Encoding" in problem(answer)["detail"]
    assert answer.headers["Accept-Encoding"] == "identity"
    assert house.calls == []


@pytest.mark.parametrize("coding", ["identity", "Identity", "", "identity, identity"])
def test_a_body_that_says_it_is_plain_is_plain(client: FlaskClient, coding: str) -> None:
    answer = client.post(
        "/api/v1/public-things", json={"name": "a"}, headers={"Content-Encoding": coding}
    )
    assert answer.status_code == 201


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "application/json; charset=utf-8",
        "application/json;charset=UTF-8",
        'application/json; charset="Utf-8"',
        "application/json; charset=utf8",
        "Application/JSON",
    ],
)
def test_json_is_known_by_its_media_type(client: FlaskClient, content_type: str) -> None:
    answer = client.post("/api/v1/public-things", data=b'{"name": "a"}', content_type=content_type)
    assert answer.status_code == 201


@pytest.mark.parametrize("raw", [b"", b"  ", b"{", b'{"name": "a", "name": "b"}', b'{"name": NaN}'])
def test_a_body_that_is_no_strict_json_is_malformed(client: FlaskClient, raw: bytes) -> None:
    answer = client.post("/api/v1/public-things", data=raw, content_type="application/json")
    assert code(answer) == (400, "malformed-request")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, ["/name"]),
        ({"name": "a", "nmae": "b"}, ["/nmae"]),
        ({"name": "a" * 21}, ["/name"]),
        ({"name": "a", "count": 0}, ["/count"]),
        ({"name": "a", "count": 2**63}, ["/count"]),
        ({"name": "a", "count": 10**4_000}, ["/count"]),
        ({"name": "a", "count": 1.0}, ["/count"]),
        ({"name": "a", "open": "true"}, ["/open"]),
        ({"name": "a", "owner": "1"}, ["/owner"]),
        ({"name": "a", "places": [{"name": "b"}, {}]}, ["/places/1/name"]),
        ({"name": "a", "places": [{"name": "b"}] * 4}, ["/places"]),
        ([], [""]),
        (None, [""]),
        ("text", [""]),
    ],
)
def test_each_wrong_field_is_named(client: FlaskClient, body: Any, expected: list[str]) -> None:
    raw = json.dumps(body)
    answer = client.post("/api/v1/public-things", data=raw, content_type="application/json")
    assert code(answer) == (422, "validation-failed")
    assert pointers(answer) == expected


@pytest.mark.parametrize("options", [{}, {"data": b""}, {"json": {}}, {"data": b" {} "}])
def test_a_call_without_a_body_takes_none_or_an_empty_object(
    client: FlaskClient, options: dict[str, Any]
) -> None:
    answer = client.post(f"/api/v1/things/{ID}/closing", headers=OPERATOR, **options)
    assert answer.status_code == 200


def test_a_call_without_a_body_refuses_members(client: FlaskClient) -> None:
    path = f"/api/v1/things/{ID}/closing"
    assert pointers(client.post(path, headers=OPERATOR, json={"reason": "x"})) == ["/reason"]
    assert code(client.post(path, headers=OPERATOR, data=b"x=1"))[0] == 415


def test_a_form_call_gets_every_value_and_no_verdict_on_the_authorization(
    client: FlaskClient, house: House
) -> None:
    answer: Any = client.post(
        "/api/v1/forms",
        data={"a": ["1", "2"], "b": ""},
        headers={"Authorization": "Basic YTpi"},
        environ_base={"REMOTE_ADDR": "203.0.113.9"},
    ).json
    assert answer["body"] == {"a": ["1", "2"], "b": [""]}
    assert house.calls[0].authorization == "Basic YTpi"
    assert house.calls[0].address == "203.0.113.9"


def test_a_form_in_another_charset_is_refused(client: FlaskClient) -> None:
    form = "application/x-www-form-urlencoded"
    answer = client.post("/api/v1/forms", data=b"a=1", content_type=f"{form}; charset=iso-8859-1")
    assert code(answer) == (415, "unsupported-media-type")
    assert form in problem(answer)["detail"]
