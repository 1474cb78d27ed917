"""Bodies that the handler reads as they come."""

from __future__ import annotations

import io
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from chassis.streamed_bodies import STREAM_BLOCK
from tests.chassis.problem_documents import code
from tests.chassis.small_service import LARGEST_FILE, OPERATOR

KEY = {"Idempotency-Key": "file-of-the-day"}


def send(
    client: FlaskClient,
    size: int,
    *,
    says_length: bool = True,
    content_type: str = "text/csv",
    headers: dict[str, str] | None = None,
) -> TestResponse:
    framing: dict[str, Any] = (
        {"data": b"a" * size}
        if says_length
        else {
            "input_stream": io.BytesIO(b"a" * size),
            "environ_overrides": {"wsgi.input_terminated": True},
        }
    )
    sent = {**OPERATOR, **(KEY if headers is None else headers)}
    return client.post("/api/v1/files", headers=sent, content_type=content_type, **framing)


@pytest.mark.parametrize("says_length", [True, False])
@pytest.mark.parametrize("size", [0, 1, 2 * 1_048_576, LARGEST_FILE])
def test_a_stream_is_read_in_blocks_past_what_other_bodies_may_have(
    client: FlaskClient, size: int, says_length: bool
) -> None:
    answer = send(client, size, says_length=says_length)
    assert answer.status_code == 200, answer.text
    assert answer.json is not None
    assert answer.json["read"] == size
    assert answer.json["largest_block"] <= STREAM_BLOCK


@pytest.mark.parametrize("says_length", [True, False])
def test_a_stream_that_is_too_large_is_refused(client: FlaskClient, says_length: bool) -> None:
    answer = send(client, LARGEST_FILE + 1, says_length=says_length)
    assert code(answer) == (413, "payload-too-large")


@pytest.mark.parametrize("content_type", ["application/json", "text/csv; charset=utf-16", ""])
def test_a_stream_of_another_media_type_or_charset_is_refused(
    client: FlaskClient, content_type: str
) -> None:
    assert code(send(client, 1, content_type=content_type)) == (415, "unsupported-media-type")


def test_a_stream_that_was_compressed_is_refused(client: FlaskClient) -> None:
    answer = send(client, 1, headers={**KEY, "Content-Encoding": "gzip"})
    assert code(answer) == (415, "unsupported-media-type")


def test_the_key_is_bound_to_what_came_of_the_stream(client: FlaskClient) -> None:
    answer = send(client, 1)
    assert answer.json is not None
    assert answer.json["keys"] == [True, False]
    assert answer.json["key"] is None


def test_without_a_key_that_is_required_nothing_is_read(client: FlaskClient) -> None:
    assert code(send(client, 1, headers={})) == (400, "idempotency-key-missing")
