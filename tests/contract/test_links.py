"""The links of the contract: derived, and true of what was recorded."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from contract.examples import recorded
from tests.conformity import contract

ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
MUST_BE = {
    "post_waves": {"post_waves_admissions", "get_waves_by_id"},
    "post_waves_admission_files": {"get_admission_files_by_id", "post_admission_files_stop"},
    "post_exclusion_lists": {"post_exclusion_lists_rows", "get_exclusion_lists_preview"},
    "get_exclusion_cases": {"get_exclusion_cases_by_id", "post_exclusion_cases_decision"},
    "post_waves_applications": {"post_applications_lookup", "post_applications_withdrawal"},
    "post_waves_admissions": {"post_cards_lookup", "post_enrolments"},
    "post_cards_lookup": {"post_enrolments"},
    "post_enrolments": {
        "get_enrolments_by_id",
        "get_enrolments_timeline",
        "post_enrolments_cancellation",
        "post_enrolments_redemption",
    },
    "post_providers": {"get_providers_by_id", "post_providers_decision"},
    "post_courses": {"post_courses_submission", "patch_courses_by_id"},
    "post_courses_submission": {"post_courses_decision"},
    "post_courses_decision": {"post_courses_classes"},
    "post_courses_classes": {"get_classes_by_id", "patch_classes_by_id", "post_enrolments"},
    "get_courses": {"get_courses_by_id"},
    "get_classes": {"get_classes_by_id", "post_enrolments"},
    "post_pauses": {"post_pauses_end"},
}
"""Ways through the programme that a program finds by the links alone."""

REFUSED = {"post_enrolments_opening"}
"""Calls whose example is a refusal: the rules in force let nobody wait whom an operator could let go on earlier."""


def links() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield the call that answers, the call that follows, and the link."""
    for methods in contract()["paths"].values():
        for operation in methods.values():
            for answer in operation["responses"].values():
                for name, link in answer.get("links", {}).items():
                    yield operation["operationId"], name, link


def answered_links() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield the links of calls that the journey was not refused."""
    return (link for link in links() if link[0] not in REFUSED)


def operations() -> dict[str, dict[str, Any]]:
    return {
        operation["operationId"]: {**operation, "path": path}
        for path, methods in contract()["paths"].items()
        for operation in methods.values()
    }


def test_the_ways_through_the_programme_are_linked() -> None:
    for source, targets in MUST_BE.items():
        assert targets <= {target for one, target, _ in links() if one == source}, source


def test_every_call_that_names_a_thing_is_led_to_by_an_answer() -> None:
    named = {name for name, one in operations().items() if "{" in one["path"]}
    assert named == {target for _, target, link in links() if "parameters" in link}


def test_a_link_gives_every_part_of_the_address_and_nothing_that_is_not_asked_for() -> None:
    known = operations()
    for source, target, link in links():
        path = known[target]["path"]
        given = set(link.get("parameters", {})) - {"If-Match"}
        assert given == set(re.findall(r"{([a-z_]+)}", path)), (source, target)
        if "requestBody" in link:
            (content,) = known[target]["requestBody"]["content"].values()
            schema = contract()["components"]["schemas"][content["schema"]["$ref"].split("/")[-1]]
            assert link["requestBody"].keys() <= schema["properties"].keys(), (source, target)


def test_the_journey_is_refused_what_it_cannot_reach_alone() -> None:
    assert {name for name, one in recorded().items() if one["answer"]["status"] >= 400} == REFUSED


@pytest.mark.parametrize(("source", "target", "link"), [*answered_links()])
def test_what_a_link_points_at_stands_in_the_recorded_answer(
    source: str, target: str, link: dict[str, Any]
) -> None:
    answer = recorded()[source]["answer"]
    for name, expression in {**link.get("parameters", {}), **link.get("requestBody", {})}.items():
        found = value_of(expression, answer)
        if found is None:  # a list that was empty, or a movement without a class
            assert "/items/0" in expression, (source, target, expression)
        elif name.endswith("_id"):
            assert ID.fullmatch(found), (source, target, expression)
        else:
            assert found, (source, target, expression)


def test_the_id_of_one_thing_is_never_given_as_that_of_another() -> None:
    """Neither one that the journey called something else by, nor one beside which the answer names another."""
    called = dict(addressed())
    for source, target, link in answered_links():
        body = recorded()[source]["answer"]["body"]
        for name, expression in link.get("parameters", {}).items():
            if name.endswith("_id") and (thing := thing_at(expression, body)):
                given = thing[expression.rpartition("/")[2]]
                assert called.get(given, name) == name, (source, target, expression)
                assert thing.get(name, given) == given, (source, target, expression)


def thing_at(expression: str, body: Any) -> dict[str, Any] | None:
    """Return the object that a runtime expression takes a member of, None where a list was empty."""
    where, _, _ = expression.rpartition("/")
    found: dict[str, Any] | None = (
        body if where == "$response.body#" else value_of(where, {"body": body})
    )
    return found


def addressed() -> Iterator[tuple[str, str]]:
    """Yield each id in an address of the journey, and the parameter that it was given as."""
    for source, operation in operations().items():
        address, _, _ = recorded()[source]["address"].partition("?")
        for part, given in zip(operation["path"].split("/"), address.split("/"), strict=True):
            if part.startswith("{"):
                yield given, part[1:-1]


def value_of(expression: str, answer: dict[str, Any]) -> Any:
    """Return what a runtime expression stands for in an answer."""
    if expression.startswith("$response.header."):
        return answer["headers"][expression.removeprefix("$response.header.")]
    found: Any = json.loads(json.dumps(answer["body"]))
    for step in expression.removeprefix("$response.body#/").split("/"):
        if isinstance(found, list):
            if int(step) >= len(found):
                return None
            found = found[int(step)]
        else:
            found = found[step]
    return found
