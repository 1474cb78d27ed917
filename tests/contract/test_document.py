"""The committed contract: what the code says, complete, and valid."""

from __future__ import annotations

import pkgutil
import re
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import jsonschema_rs
import pytest
from openapi_spec_validator import validate

import chassis
import gateway
import services
import vocabulary
from chassis.contract import refusals_of
from chassis.problems import Problem, TooManyRequests
from chassis.rate_limits import HEADERS, Bound
from contract.document import document, endpoints_by_service, routed, written
from contract.examples import recorded
from contract.operations import path_of
from contract.refusals import OURS, every_refusal
from gateway.pages.contract_file import CONTRACT
from gateway.routes import ROUTES, Access
from services.accounts.domain.authorization.grants import SCOPES
from services.enrolment.domain.draw.draw import DrawState
from services.enrolment.domain.programme.card import CardState
from services.enrolment.domain.seats.enrolment import EnrolmentState
from services.enrolment.domain.seats.waiting_list import PlaceState
from tests.conformity import contract

INTERNAL = {"journal-diverged"}
"""What only services tell one another."""

ON_PAGES = {"form-refused"}
"""What only a visitor of a page meets."""

MOVES_MONEY = {
    "/enrolments",
    "/enrolments/{enrolment_id}/cancellation",
    "/enrolments/{enrolment_id}/result",
    "/enrolments/{enrolment_id}/review",
    "/enrolments/{enrolment_id}/voiding",
    "/classes/{class_id}/cancellation",
    "/classes/{class_id}/results",
    "/cards/me/surveys",
    "/cards/revocation",
    "/corrections",
    "/corrections/{correction_id}/approval",
    "/waves/{wave_id}/admissions",
    "/waves/{wave_id}/admission-files",
    "/admissions/{admission_id}/undo",
}
"""The calls of the API that move money, or that make somebody move it; what the worker does by itself has no key."""


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield method, path and operation of every call."""
    for path, methods in contract()["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


def test_the_file_is_what_the_code_says() -> None:
    assert CONTRACT.read_text(encoding="utf-8") == written(document(recorded())), (
        "the contract has changed: run `make openapi`, and say in CHANGELOG.md what callers will notice"
    )


@pytest.mark.parametrize("path", sorted(MOVES_MONEY))
def test_whatever_moves_money_wants_an_idempotency_key(path: str) -> None:
    taken = contract()["paths"][f"/api/v1{path}"]["post"]["parameters"]
    assert {"$ref": "#/components/parameters/Idempotency-Key"} in taken


def test_the_document_is_valid_openapi() -> None:
    assert contract()["openapi"].startswith("3.1.")
    validate(contract())


def test_what_is_routed_is_what_is_documented() -> None:
    calls = [route for route in ROUTES if route.access is not Access.PAGE]
    routes = [(route.method, route.path) for route in calls]
    assert sorted(routes) == sorted((method, path) for method, path, _ in operations())


def test_every_call_says_who_makes_it_as_its_declaration_and_the_gateway_do() -> None:
    for route, endpoints in routed():
        operation = contract()["paths"][route.path][route.method.lower()]
        for endpoint in endpoints:
            assert operation["x-roles"] == (sorted(endpoint.allow) or ["public"])
            assert operation["tags"] == operation["x-roles"]
        security: dict[Access, list[dict[str, list[str]]]] = {
            Access.PUBLIC: [{}, {"token": []}],
            Access.BEARER: [{"token": []}],
            Access.OWN_CREDENTIALS: [{"client": []}, {}],
        }
        assert operation["security"] == security[route.access], route.name


def test_how_people_sign_in_is_described_with_the_addresses_and_scopes_there_are() -> None:
    flow = contract()["components"]["securitySchemes"]["sign-in"]["flows"]["authorizationCode"]
    routes = {route.path: route.access for route in ROUTES}
    assert routes[flow["authorizationUrl"]] is Access.PAGE
    assert routes[flow["tokenUrl"]] is routes[flow["refreshUrl"]] is Access.OWN_CREDENTIALS
    assert flow["scopes"].keys() == {*SCOPES}


def test_a_page_of_a_walkthrough_is_a_page_that_is_routed() -> None:
    pages = {f"{route.method} {route.path}" for route in ROUTES if route.access is Access.PAGE}
    steps = [step for way in contract()["x-walkthroughs"] for step in way["steps"]]
    assert {step["page"] for step in steps if "page" in step} == {"GET /oauth/authorize"} & pages


def test_a_body_is_bounded_as_the_gateway_bounds_it_and_no_service_takes_less() -> None:
    for method, path, operation in operations():
        route = next(one for one in ROUTES if (one.method, one.path) == (method, path))
        if "requestBody" in operation:
            assert operation["requestBody"]["x-largest-body"] == route.largest_body > 0
            assert "413" in operation["responses"]


@pytest.mark.parametrize(("service", "endpoints"), endpoints_by_service().items())
def test_every_call_is_described(service: str, endpoints: list[Any]) -> None:
    for endpoint in endpoints:
        operation = contract()["paths"][path_of(endpoint)][endpoint.method.lower()]
        assert service in operation["x-services"]
        assert re.fullmatch(r"[A-Z].*[.]", operation["summary"]), endpoint.name
        assert len(operation["summary"]) <= 100, endpoint.name


def test_ids_of_operations_are_unique() -> None:
    ids = [operation["operationId"] for _, _, operation in operations()]
    assert len(ids) == len(set(ids))


def test_everything_that_has_a_name_has_a_description() -> None:
    for name, schema in contract()["components"]["schemas"].items():
        assert schema["description"], name


def test_every_refusal_of_the_product_is_documented_and_met_somewhere() -> None:
    for package in (chassis, vocabulary, services, gateway):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if ".migrations" not in module.name and not module.name.endswith("__main__"):
                import_module(module.name)
    documented = contract()["x-problems"]
    assert documented.keys() == {refusal.code for refusal in every_refusal()}
    for code, told in documented.items():
        assert told["calls"] or code in contract()["x-anywhere"] or code in INTERNAL | ON_PAGES, (
            code
        )


def test_every_refusal_has_one_code_and_every_code_one_refusal() -> None:
    codes: dict[str, set[str]] = {}
    for refusal in _below(Problem):
        if "code" in vars(refusal) and refusal.__module__.partition(".")[0] in OURS:
            codes.setdefault(refusal.code, set()).add(f"{refusal.__module__}.{refusal.__name__}")
    assert {code: names for code, names in codes.items() if len(names) > 1} == {}


def test_who_gets_through_the_gateway_is_who_the_declaration_lets_in() -> None:
    for route, endpoints in routed():
        for endpoint in endpoints:
            if endpoint.form:
                assert route.access is Access.OWN_CREDENTIALS, route.name
            else:
                public = route.access is Access.PUBLIC
                assert public == (not endpoint.allow), route.name
                assert public or route.access is Access.BEARER, route.name


def test_every_call_of_a_service_is_routed_or_internal() -> None:
    routes = {
        (route.method, route.path, service)
        for route in ROUTES
        if route.access is not Access.PAGE
        for service in route.upstreams
    }
    declared = {
        (endpoint.method, path_of(endpoint), service)
        for service, endpoints in endpoints_by_service().items()
        for endpoint in endpoints
    }
    assert declared == routes


def test_every_refusal_of_a_service_is_declared_by_a_call_of_that_service_or_derived() -> None:
    declared = {
        refusal
        for endpoints in endpoints_by_service().values()
        for endpoint in endpoints
        for refusal in (*refusals_of(endpoint), *endpoint.refuses_rows)
    }
    for refusal in _below(Problem):
        package = refusal.__module__.partition(".")[0]
        if package in ("services", "vocabulary") and "code" in vars(refusal):
            assert refusal in declared, refusal


def _below(refusal: type[Problem]) -> Iterator[type[Problem]]:
    for one in refusal.__subclasses__():
        yield one
        yield from _below(one)


def test_every_refusal_has_words_of_its_own() -> None:
    for words in ("title", "meaning", "remedy"):
        said = [told[words] for told in contract()["x-problems"].values()]
        assert len(said) == len(set(said)), words


def test_a_code_stands_at_each_call_that_declares_it() -> None:
    for route, endpoints in routed():
        operation = contract()["paths"][route.path][route.method.lower()]
        for endpoint in endpoints:
            for refusal in refusals_of(endpoint):
                assert _status_of(operation, refusal) == refusal.status


def test_every_bound_of_a_service_is_declared_by_a_call_and_its_headers_are_documented() -> None:
    declared = {
        bound for _, endpoints in routed() for endpoint in endpoints for bound in endpoint.bounded
    }
    made = {
        value
        for service in ("accounts", "catalog", "enrolment")
        for value in vars(import_module(f"services.{service}.service")).values()
        if isinstance(value, Bound)
    }
    assert declared == made
    assert len({bound.name for bound in declared}) == len(declared)
    for _, _, operation in operations():
        bounded = "x-bounds" in operation
        for status, answer in operation["responses"].items():
            documented = {*HEADERS} <= _found(answer)["headers"].keys()
            tells = status == "429" or (bounded and status != "default")
            assert documented == tells, (operation, status)
        with_token = {"token": []} in operation["security"]
        assert (_status_of(operation, TooManyRequests) == 429) == (bounded or with_token)


def _found(answer: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in answer:
        name = answer["$ref"].rpartition("/")[2]
        found: dict[str, Any] = contract()["components"]["responses"][name]
        return found
    return answer


def _status_of(operation: dict[str, Any], refusal: type[Problem]) -> int | None:
    for status, answer in operation["responses"].items():
        content = _found(answer).get("content", {}).get("application/problem+json")
        if content and refusal.code in content["schema"]["properties"]["code"]["enum"]:
            return int(status)
    return None


def test_every_schema_can_be_used_to_check_with() -> None:
    components = {"schemas": contract()["components"]["schemas"]}
    for name in components["schemas"]:
        jsonschema_rs.Draft202012Validator(
            {"$ref": f"#/components/schemas/{name}", "components": components}
        )


def test_every_parameter_of_a_query_says_what_it_does() -> None:
    mute = [
        f"{method} {path}: {one['name']}"
        for method, path, operation in operations()
        for one in operation["parameters"]
        if "$ref" not in one and not one.get("description")
    ]
    assert mute == []


def test_what_refusals_carry_has_a_type() -> None:
    told = {code: one["member_types"] for code, one in contract()["x-problems"].items()}
    assert told["waiting-time-runs"]["open_again_at"]["format"] == "date-time"
    assert told["insufficient-balance"]["balance"] == {"type": "integer"}
    assert told["quota-full"]["quota_id"]["format"] == "uuid"
    unusable = {*CardState} - {CardState.AWARDED, CardState.BETWEEN}
    assert {*told["card-not-usable"]["card_state"]["enum"]} == unusable
    assert told["cancellation-closed"]["enrolment_status"]["enum"] == [*PlaceState, *EnrolmentState]
    for member in ("state", "needs"):
        assert told["draw-too-early"][member]["enum"] == [*DrawState]


def test_a_member_that_two_refusals_of_one_status_tell_holds_what_either_tells() -> None:
    enrols = contract()["paths"]["/api/v1/enrolments"]["post"]["responses"]["409"]
    schema = _found(enrols)["content"]["application/problem+json"]["schema"]["properties"]
    assert schema["open_again_at"]["format"] == "date-time"
    assert "in_training" in schema["card_state"]["enum"]
    submits = contract()["paths"]["/api/v1/courses/{course_id}/submission"]["post"]["responses"]
    refused = _found(submits["409"])["content"]["application/problem+json"]["schema"]
    assert refused["properties"]["state"] == {"type": "string"}  # of a course, or of its provider


def test_a_bound_that_is_not_for_everybody_says_for_whom() -> None:
    for method, path, operation in operations():
        for bound in operation.get("x-bounds", ()):
            assert {*bound.get("roles", ())} < {*operation["x-roles"]}, (method, path)
    (bound,) = contract()["paths"]["/api/v1/enrolments"]["post"]["x-bounds"]
    assert bound["roles"] == ["officer", "operator"]


def test_every_kind_of_a_timeline_and_every_status_of_a_card_is_explained() -> None:
    schemas = contract()["components"]["schemas"]
    for of, member in (("TimelineEvent", "kind"), ("Card", "status"), ("Enrolment", "status")):
        told = schemas[of]["properties"][member]
        assert told["enum"]
        assert [word for word in told["enum"] if f"`{word}`" not in told["description"]] == []
