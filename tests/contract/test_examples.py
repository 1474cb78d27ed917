"""The examples of the contract: one for every call, as its schema has it, of nobody real."""

from __future__ import annotations

import json
import re
from typing import Any

import jsonschema_rs
import pytest

from chassis.clock import read_instant
from contract.example_notes import example_notes
from contract.examples import EXAMPLES, recorded
from contract.operations import id_of
from contract.recorder import LINES
from contract.stable import BEGINS, shortened
from gateway.pages.curl import variables_of
from tests.conformity import check_answer, closed, contract
from vocabulary.class_limits import ClassFacts, broken_limits, rules_of_class
from vocabulary.rule_book import shipped_rules
from vocabulary.zones import zone

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


ONLY_REFUSED = {"post_enrolments_opening"}
"""What no rule that is in force lets happen: its example is a refusal, and a note says so."""


@pytest.mark.parametrize(("method", "operation"), [(each[0], each[2]) for each in CALLS])
def test_every_answer_has_an_example_whatever_it_is_written_in(
    method: str, operation: dict[str, Any]
) -> None:
    answers = [
        (media_type, content)
        for status, answer in operation["responses"].items()
        if status.startswith("2")
        for media_type, content in answer.get("content", {}).items()
    ]
    without = [media_type for media_type, content in answers if "example" not in content]
    name = operation["operationId"]
    assert without == (["application/json"] if name in ONLY_REFUSED else [])
    for media_type, content in answers:
        if media_type in LINES:
            address, _, _ = recorded()[name]["address"].partition("?")
            headers = {"Content-Type": f"{media_type}; charset=utf-8"}
            check_answer(method.upper(), address, 200, headers, content["example"].encode())


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


def test_the_class_of_the_example_is_one_that_the_rules_allow() -> None:
    body = recorded()["post_courses_classes"]["body"]
    sittings = [
        (read_instant(one["starts_at"]), read_instant(one["ends_at"])) for one in body["meetings"]
    ]
    facts = ClassFacts(
        mode=body["mode"],
        hours=recorded()["post_courses"]["body"]["hours"],
        seats=body["seats"],
        trainers=1,
        sittings=sittings,
        zone=zone(body["zone"]),
    )
    assert broken_limits(facts, rules_of_class(shipped_rules(), sittings[0][0])) == []


def test_a_list_that_is_cut_in_an_answer_is_said_to_be() -> None:
    many = {"items": [{"id": at, "words": [*range(13)]} for at in range(6)]}
    shown, cut = shortened(many)
    assert [one["id"] for one in shown["items"]] == [0, 1, 2, 3, 4]
    assert shown["items"][0]["words"] == [*range(12)]
    assert cut == {"items": 6, **{f"items[{at}].words": 13 for at in range(5)}}
    assert shortened(shown) == (shown, {})


def test_nothing_is_noted_of_an_example_that_there_is_not() -> None:
    known = {operation["operationId"]: (path, operation) for _, path, operation in CALLS}
    for name, noted in example_notes().items():
        path, operation = known[name]
        assert noted.keys() <= {"needs", "variables"}, name
        (content,) = operation.get("requestBody", {"content": {"": {}}})["content"].values()
        variables = variables_of(path, operation["x-call"], content.get("example"))
        assert noted.get("variables", {}).keys() <= {"TOKEN", *variables}, name
