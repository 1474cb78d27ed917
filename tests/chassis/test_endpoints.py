"""What a call is refused for before its handler runs, and what the handler is given."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.chassis.problem_documents import code, pointers, problem
from tests.chassis.small_service import House
from tests.tokens import bearer

ID = "01890000-0000-7000-8000-000000000001"
OPERATOR = bearer(role="operator")
THING = {"name": "drill"}


# --- who may call ---


def test_a_call_without_a_token_is_challenged(client: FlaskClient) -> None:
    answer = client.post("/api/v1/things", json=THING)
    assert code(answer) == (401, "unauthenticated")
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="balai"'


def test_a_role_that_may_not_call_is_told_which_may(client: FlaskClient, house: House) -> None:
    answer = client.post(f"/api/v1/things/{ID}/closing", headers=bearer(role="auditor"))
    assert code(answer) == (403, "forbidden")
    assert "officer, operator" in problem(answer)["detail"]
    assert house.calls == []


@pytest.mark.parametrize("role", ["operator", "officer"])
def test_each_role_that_may_call_can(client: FlaskClient, house: House, role: str) -> None:
    headers = bearer(role=role, subject="me")
    assert client.post(f"/api/v1/things/{ID}/closing", headers=headers).status_code == 200
    assert [call.caller.subject for call in house.calls] == ["me"]


def test_a_public_call_knows_its_caller_where_there_is_one(client: FlaskClient) -> None:
    answer: Any = client.get("/api/v1/things", headers=bearer(subject="me")).json
    assert answer["caller"] == "me"
    answer = client.get("/api/v1/things").json
    assert answer["caller"] is None


@pytest.mark.parametrize("header", ["Bearer abc", "Basic YTpi", "abc", ""])
def test_a_public_call_does_not_take_a_bad_token_for_none(client: FlaskClient, header: str) -> None:
    answer = client.get("/api/v1/things", headers={"Authorization": header})
    assert code(answer) == (401, "unauthenticated")
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]


def test_a_stranger_learns_nothing_about_what_a_body_should_be(client: FlaskClient) -> None:
    answer = client.post("/api/v1/things", data=b"{", content_type="text/plain")
    assert answer.status_code == 401


# --- query strings ---


def test_a_query_is_read_with_its_defaults(client: FlaskClient) -> None:
    answer: Any = client.get("/api/v1/things?open=true&q=las%20listrik").json
    assert answer["query"] == {"limit": 50, "open": True, "q": "las listrik"}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("limit=0", ["/limit"]),
        ("limit=201", ["/limit"]),
        ("limit=1.5", ["/limit"]),
        ("limit=%D9%A3", ["/limit"]),
        ("limit=99999999999999999999", ["/limit"]),
        ("limit=", ["/limit"]),
        ("limit=1&limit=1", ["/limit"]),
        ("q=a&q=b&limit=1", ["/q"]),
        ("nope=1", ["/nope"]),
        ("open=yes", ["/open"]),
        ("q=a%00b", ["/q"]),
        ("q=%ff", ["/q"]),
        ("q=%ed%a0%80", ["/q"]),
        ("q=", ["/q"]),
        ("q", ["/q"]),
        ("LIMIT=1", ["/LIMIT"]),
        ("limit=0&nope=1", ["/limit", "/nope"]),
    ],
)
def test_each_wrong_part_of_a_query_is_named(
    client: FlaskClient, query: str, expected: list[str]
) -> None:
    answer = client.get(f"/api/v1/things?{query}")
    assert code(answer) == (422, "validation-failed")
    assert sorted(pointers(answer)) == expected


@pytest.mark.parametrize("query", ["%ff=1", "&".join(f"q{n}=1" for n in range(65))])
def test_a_query_that_cannot_be_read_is_malformed(client: FlaskClient, query: str) -> None:
    assert code(client.get(f"/api/v1/things?{query}")) == (400, "malformed-request")


def test_a_call_without_a_query_refuses_one(client: FlaskClient) -> None:
    assert pointers(client.get(f"/api/v1/things/{ID}?expand=all")) == ["/expand"]
    assert pointers(client.post("/api/v1/public-things?dry=1", json=THING)) == ["/dry"]


# --- addresses ---


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/things/1",
        f"/api/v1/things/{ID.upper().replace('7000', '7ABC')}",
        f"/api/v1/things/{ID}x",
        f"/api/v1/things/{ID}/",
        f"/api/v1/things/%7B{ID}%7D",
        f"/api/v1/things/{ID}%0A",
        f"/api/v1//things/{ID}",
        f"/api/v1/things/..%2fthings%2f{ID}",
        f"/api/v1/things/{ID.replace('0', '%D9%A0')}",
        "/api/v1/things/",
        "/API/v1/things",
        "/",
    ],
)
def test_an_address_that_is_not_exactly_one_of_ours_is_not_found(
    client: FlaskClient, path: str
) -> None:
    assert code(client.get(path)) == (404, "not-found")


def test_an_id_arrives_as_it_was_sent(client: FlaskClient) -> None:
    answer: Any = client.get(f"/api/v1/things/{ID}").json
    assert answer["path"] == {"thing_id": ID}


# --- media types of answers ---


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        (None, "application/json"),
        ("", "application/json"),
        ("*/*", "application/json"),
        ("text/csv", "text/csv"),
        ("text/*", "text/csv"),
        ("application/json;q=0.1, application/jsonl", "application/jsonl"),
        ("text/html, text/csv;q=0.2, */*;q=0.1", "text/csv"),
        ("application/xml, */*", "application/json"),
    ],
)
def test_the_answer_has_the_form_that_was_asked_for(
    client: FlaskClient, house: House, accept: str | None, chosen: str
) -> None:
    headers = {} if accept is None else {"Accept": accept}
    assert client.get("/api/v1/report", headers=headers).status_code == 200
    assert house.calls[0].media_type == chosen


@pytest.mark.parametrize(
    "accept", ["application/xml", "text/html", "*/*;q=0", "application/json;q=0"]
)
def test_a_form_that_an_answer_does_not_have_is_refused(client: FlaskClient, accept: str) -> None:
    answer = client.get("/api/v1/things", headers={"Accept": accept})
    assert code(answer) == (406, "not-acceptable")


def test_a_refusal_is_a_problem_document_whatever_was_asked_for(client: FlaskClient) -> None:
    answer = client.get("/api/v1/report?nope=1", headers={"Accept": "text/csv"})
    assert code(answer) == (422, "validation-failed")


# --- versions ---


def test_an_edit_without_if_match_is_refused(client: FlaskClient) -> None:
    answer = client.patch(f"/api/v1/things/{ID}", json=THING, headers=OPERATOR)
    assert code(answer) == (428, "version-required")


@pytest.mark.parametrize(
    "header",
    [
        "*",
        "7",
        'W/"7"',
        '"7',
        '""',
        '"7", "8"',
        '"-1"',
        '"7.5.1"',
        '"٧"',
        '"1e3"',
        '"99999999999"',
        "",
    ],
)
def test_an_if_match_that_is_no_etag_of_ours_is_stale(client: FlaskClient, header: str) -> None:
    headers = {**OPERATOR, "If-Match": header}
    answer = client.patch(f"/api/v1/things/{ID}", json=THING, headers=headers)
    assert code(answer) == (412, "stale-version")


@pytest.mark.parametrize("header", ['"7"', '"7.12"', '"007"'])
def test_an_etag_names_the_version_to_edit(client: FlaskClient, header: str) -> None:
    headers = {**OPERATOR, "If-Match": header}
    answer: Any = client.patch(f"/api/v1/things/{ID}", json=THING, headers=headers).json
    assert answer["version"] == 7


# --- idempotency keys ---


@pytest.mark.parametrize("header", [ID, f'"{ID}"', "a" * 8, "a" * 200, "order:2026/11.22~1=+"])
def test_keys_of_the_usual_forms_are_taken(client: FlaskClient, house: House, header: str) -> None:
    headers = {**OPERATOR, "Idempotency-Key": header}
    assert client.post("/api/v1/payments", json=THING, headers=headers).status_code == 201
    assert house.calls[0].key is not None


@pytest.mark.parametrize(
    "header",
    [
        "",
        "a" * 7,
        "a" * 201,
        '"abcdefgh',
        'abcdefgh"',
        '""',
        "a b c d e f",
        "abcdefgh,abcdefgh",
        "ａｂｃｄｅｆｇｈ",
    ],
)
def test_keys_of_other_forms_are_refused(client: FlaskClient, header: str) -> None:
    headers = {**OPERATOR, "Idempotency-Key": header.encode().decode("latin-1")}
    answer = client.post("/api/v1/payments", json=THING, headers=headers)
    assert code(answer) == (400, "malformed-request")


def test_a_call_that_moves_money_needs_a_key(client: FlaskClient, house: House) -> None:
    answer = client.post("/api/v1/payments", json=THING, headers=OPERATOR)
    assert code(answer) == (400, "idempotency-key-missing")
    assert house.calls == []


def _keys(
    client: FlaskClient, house: House, *calls: tuple[str, str, dict[str, str], Any]
) -> list[Any]:
    for path, key, headers, body in calls:
        client.post(path, json=body, headers={**headers, "Idempotency-Key": key})
    assert len(house.calls) == len(calls)
    return [call.key for call in house.calls]


def test_a_quoted_key_is_the_same_as_a_bare_one(client: FlaskClient, house: House) -> None:
    first, second = _keys(
        client,
        house,
        ("/api/v1/payments", ID, OPERATOR, {"name": "a", "count": 1}),
        ("/api/v1/payments", f'"{ID}"', OPERATOR, {"count": 1, "name": "a"}),
    )
    assert first == second


def test_another_command_under_the_same_key_is_another_fingerprint(
    client: FlaskClient, house: House
) -> None:
    first, second = _keys(
        client,
        house,
        ("/api/v1/payments", ID, OPERATOR, {"name": "a", "count": 1}),
        ("/api/v1/payments", ID, OPERATOR, {"name": "a", "count": 2}),
    )
    assert first.digest == second.digest
    assert first.fingerprint != second.fingerprint


def test_another_subject_or_call_has_its_own_keys(client: FlaskClient, house: House) -> None:
    keys = _keys(
        client,
        house,
        ("/api/v1/payments", ID, bearer(role="operator", subject="one"), THING),
        ("/api/v1/payments", ID, bearer(role="operator", subject="two"), THING),
        ("/api/v1/things", ID, bearer(role="operator", subject="one"), THING),
    )
    assert len({key.digest for key in keys}) == 3


def test_a_subject_that_is_bound_to_something_else_has_other_keys(
    client: FlaskClient, house: House
) -> None:
    bounds: list[dict[str, Any]] = [{}, {"provider": ID}, {"card": ID}]
    keys = _keys(
        client,
        house,
        *[("/api/v1/things", ID, bearer(subject="one", **bound), THING) for bound in bounds],
    )
    assert len({key.digest for key in keys}) == 3


def test_what_an_address_names_is_part_of_the_command(client: FlaskClient, house: House) -> None:
    other = ID.replace("1", "2")
    first, second = _keys(
        client,
        house,
        (f"/api/v1/things/{ID}/closing", ID, OPERATOR, {}),
        (f"/api/v1/things/{other}/closing", ID, OPERATOR, {}),
    )
    assert first.digest == second.digest
    assert first.fingerprint != second.fingerprint


def test_a_call_that_takes_no_key_ignores_one(client: FlaskClient, house: House) -> None:
    headers = {**OPERATOR, "Idempotency-Key": "short"}
    assert client.post("/api/v1/notes", json=THING, headers=headers).status_code == 201
    assert house.calls[0].key is None


# --- time ---


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, 30.0),
        ("1500", 1.5),
        ("0", 0.0),
        ("999999", 30.0),
        ("-1", 30.0),
        ("1e3", 30.0),
        ("١", 30.0),
    ],
)
def test_a_caller_may_say_how_long_it_waits(
    client: FlaskClient, house: House, header: str | None, seconds: float
) -> None:
    headers = {} if header is None else {"X-Time-Left-Ms": header.encode().decode("latin-1")}
    client.get("/api/v1/things", headers=headers)
    assert house.calls[0].seconds_left == seconds
