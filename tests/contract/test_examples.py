"""The examples of the contract: one for every call, as its schema has it, of nobody real."""

from __future__ import annotations

import json
import re
from typing import Any

import jsonschema_rs
import pytest

from contract.examples import EXAMPLES, recorded
from contract.operations import id_of
from contract.stable import BEGINS
from tests.conformity import check_answer, closed, contract

CALLS = [
    (method, path, operation)
    for path, methods in contract()["paths"].items()
    for method, operation in methods.items()
]


def test_there_is_an_example_of_every_call() -> None:
    assert recorded().keys() == {operation["operationId"] for _, _, operation in CALLS}


@pytest.mark.parametrize(("method", "path", "operation"), CALLS)
def test_what_was_answered_is_as_the_contract_has_it(
    method: str, path: str, operation: dict[str, Any]
) -> None:
    exchange = recorded()[operation["operationId"]]
    answer = exchange["answer"]
    address, _, _ = exchange["address"].partition("?")
    assert id_of(method, path) == operation["operationId"]
    check_answer(
        method.upper(),
        address,
        answer["status"],
        answer["headers"],
        json.dumps(answer["body"]).encode(),
    )


@pytest.mark.parametrize(
    "operation", [operation for _, _, operation in CALLS if "requestBody" in operation]
)
def test_what_was_sent_is_as_the_contract_has_it(operation: dict[str, Any]) -> None:
    (content,) = operation["requestBody"]["content"].values()
    components = {name: closed(one) for name, one in contract()["components"]["schemas"].items()}
    schema = {**content["schema"], "components": {"schemas": components}}
    jsonschema_rs.Draft202012Validator(schema).validate(content["example"])


def test_examples_say_nothing_of_the_machine_they_were_recorded_on() -> None:
    text = EXAMPLES.read_text(encoding="utf-8")
    assert set(re.findall(r"127\.0\.0\.1:[0-9]+", text)) == {"127.0.0.1:8000"}
    years = {int(found) for found in re.findall(r'"([0-9]{4})-[0-9]{2}-[0-9]{2}T', text)}
    assert years == {BEGINS.year}
    ids = set(re.findall(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", text))
    assert {found[:24] for found in ids} == {"0197a1b2-c3d4-7000-8000-"}
