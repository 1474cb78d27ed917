"""Idempotency keys: their forms, whose they are, and for which command."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.chassis.problem_documents import code
from tests.chassis.small_service import ID, OPERATOR, THING, House
from tests.tokens import bearer


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
