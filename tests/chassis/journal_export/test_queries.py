"""What an export is asked by: refused by name where it is not understood, and for those who may read the log."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from chassis.pagination import Place
from tests.chassis.journal_export.exported import (
    CLASSES,
    Query,
    get,
)
from tests.tokens import bearer


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"journal": "enrolment"}, "/journal"),
        ({"after": "-1"}, "/after"),
        ({"after": "1e3"}, "/after"),
        ({"limit": "0"}, "/limit"),
        ({"limit": "10000001"}, "/limit"),
        ({"after": "9" * 17}, "/after"),
        ({"after": ""}, "/after"),
        ({"limit": ""}, "/limit"),
        ({"limit": "9" * 400}, "/limit"),
        ({"cursor": ""}, "/cursor"),
        ({"cursor": "12"}, "/cursor"),
        ({"cursor": Place("all", None).cursor("12")}, "/cursor"),
        ({"kind": "seat_%"}, "/kind"),
        ({"kind": "seat-stolen"}, "/kind"),
        ({"kind": ""}, "/kind"),
        ({"journal": ""}, "/journal"),
        ({"region": "99"}, "/region"),
        ({"region": ""}, "/region"),
        ({"region": "1"}, "/region"),
        ({"region": "11.1"}, "/region"),
        ({"region": "١٧"}, "/region"),
        ({"class_id": "' or 1=1 --"}, "/class_id"),
        ({"class_id": CLASSES[0].upper()}, "/class_id"),
        ({"class_id": ""}, "/class_id"),
        ({"from": "2026-11-22T08:00:00Z", "to": "2026-11-22T08:00:00Z"}, "/to"),
        ({"from": "2026-11-22"}, "/from"),
        ({"to": "2026-11-31T00:00:00Z"}, "/to"),
        ({"card": "1"}, "/card"),
    ],
    ids=str,
)
def test_a_query_that_is_not_understood_is_refused_by_name(
    client: FlaskClient, query: Query, field: str
) -> None:
    refused = get(client, query)
    assert refused.status_code == 422
    assert [error["pointer"] for error in refused.json["errors"]] == [field]


def test_two_places_to_go_on_from_are_refused_by_both_names(client: FlaskClient) -> None:
    cursor = get(client, {"limit": 2}).json["next_cursor"]
    refused = get(client, {"limit": 2, "cursor": cursor, "after": 0})
    assert refused.status_code == 422
    assert {error["pointer"] for error in refused.json["errors"]} == {"/after", "/cursor"}


def test_a_cursor_of_a_log_that_was_filtered_otherwise_is_refused(client: FlaskClient) -> None:
    cursor = get(client, {"limit": 2, "region": "17"}).json["next_cursor"]
    assert get(client, {"region": "17", "cursor": cursor}).status_code == 200
    for other in ({}, {"region": "17.71"}, {"region": "17", "kind": "seat-taken"}):
        refused = get(client, {**other, "cursor": cursor})
        assert [error["pointer"] for error in refused.json["errors"]] == ["/cursor"]


def test_a_parameter_that_stands_twice_is_refused_by_name(client: FlaskClient) -> None:
    headers = bearer(role="auditor")
    refused = client.get("/api/v1/log/entries?after=1&after=2", headers=headers)
    assert refused.json is not None
    assert [error["pointer"] for error in refused.json["errors"]] == ["/after"]


def test_the_journal_may_be_named(client: FlaskClient) -> None:
    assert get(client, {"journal": "tally", "limit": 1}).status_code == 200


def test_only_those_who_may_read_the_log_can(client: FlaskClient) -> None:
    assert get(client, {}, role="operator").status_code == 403
    assert client.get("/api/v1/log/entries").status_code == 401
    assert get(client, {}, media_type="text/html").status_code == 406
