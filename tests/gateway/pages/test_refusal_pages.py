"""What the pages tell of refusals and bounds."""

from __future__ import annotations

import jsonschema_rs

from chassis.rate_limits import HEADERS
from gateway.pages.problem_examples import EXAMPLES
from gateway.pages.reference import reference_of
from tests.gateway.pages.written import (
    HTML,
    OPENAPI,
    PAGES,
    WRITTEN,
    described,
    listed_links,
)
from tests.gateway.running import Server
from tests.gateway.wire import request


def test_there_is_a_page_for_every_code_and_none_for_others(alone: Server) -> None:
    for code in OPENAPI["x-problems"]:
        assert f"/problems/{code}" in PAGES
    assert request(alone, "GET", "/problems/no-such-code").problem() == "not-found"


def test_the_page_of_a_refusal_of_every_call_says_so_instead_of_naming_them() -> None:
    assert ">Every call.<" in HTML["/problems/validation-failed"]
    nearly = HTML["/problems/unauthenticated"]
    assert ">Every call, but for these:<" in nearly
    operations = [one for methods in OPENAPI["paths"].values() for one in methods.values()]
    refusing = OPENAPI["x-problems"]["unauthenticated"]["calls"]
    others = {one["operationId"] for one in operations} - {*refusing}
    assert {link.partition("#")[2] for link in listed_links(nearly)} == others
    few = HTML["/problems/class-full"]
    assert [link.partition("#")[2] for link in listed_links(few)] == ["post_enrolments"]


def test_the_example_of_a_refusal_is_one_as_the_contract_has_it() -> None:
    for code, example in EXAMPLES.items():
        components = {"schemas": OPENAPI["components"]["schemas"]}
        schema = {"$ref": "#/components/schemas/Problem", "components": components}
        jsonschema_rs.Draft202012Validator(schema).validate(example.answer)
        assert example.answer["errors"]
        assert example.answer["code"] == code


def test_every_refusal_of_a_call_is_told_with_it_or_as_one_of_every_call() -> None:
    reference = reference_of(OPENAPI)
    common = {refusal.code for refusal in reference.common}
    own = {
        call.name: {one.code for one in (*call.refusals, *call.row_refusals)}
        for g in reference.groups
        for call in g.calls
    }
    for code, told in OPENAPI["x-problems"].items():
        for name in told["calls"]:
            assert code in common or code in own[name], (code, name)


def test_who_may_send_no_idempotency_key_is_not_told_to_send_it_again() -> None:
    for call in described().values():
        takes_key = any(field.name == "Idempotency-Key" for field in call.parameters)
        told = [one.code for one in call.refusals if "same Idempotency-Key" in one.remedy]
        assert takes_key or not told, (call.name, told)
    unknown = [one for one in described()["post_cards_lookup"].refusals if one.status == 503]
    assert any(one.remedy.startswith("See what came of it") for one in unknown)


def test_a_refusal_tells_what_it_carries_and_what_that_is() -> None:
    told = {one.code: one for one in described()["post_enrolments"].refusals}
    carried = {field.name: field.kind for field in told["insufficient-balance"].members}
    assert carried == {"balance": "whole number", "price": "whole number"}
    (again,) = told["waiting-time-runs"].members
    assert (again.name, again.kind) == ("open_again_at", "instant")
    assert "<code>open_again_at</code> (instant)" in WRITTEN["/api/v1/docs"]
    assert "<code>open_again_at</code> (instant)" in WRITTEN["/problems/waiting-time-runs"]


def test_headers_of_a_bound_are_for_those_who_are_counted() -> None:
    call = described()["post_enrolments"]
    assert call.headers[0] == "Location"
    assert {*call.headers[1:]} == {f"{name} (to officer, operator)" for name in HEADERS}
    assert [bound.roles for bound in call.bounds] == [("officer", "operator")]
    assert {*HEADERS} <= {*described()["post_cards_lookup"].headers}
