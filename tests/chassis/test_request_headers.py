"""Which form of answer is asked for, and which version of a thing is edited."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.chassis.problem_documents import code
from tests.chassis.small_service import ID, OPERATOR, THING, House


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
