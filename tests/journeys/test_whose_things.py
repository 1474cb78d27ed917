"""Role × tenant × operation: every call that names a thing, by every role, for what is its own, another's, absent or
of another kind. The calls come from the contract; who reaches what is written here by hand.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests

from chassis.clock import utc_now
from chassis.identifiers import new_id, random_reference
from services.accounts.domain.mandates import Mandate
from tests.conformity import contract
from tests.journeys import bodies
from tests.journeys.api import Api
from tests.journeys.reach import ANY, EVERYBODY, IN_BODIES, REACH, SENT, WHY
from tests.journeys.world import HeldCard, Offer, World
from vocabulary.rule_book import national_day

OPERATIONS = {
    operation["operationId"]: (method.upper(), path, operation)
    for path, methods in contract()["paths"].items()
    for method, operation in methods.items()
    if "{" in path
}
NAMES = re.compile(r"[a-z_]+_(id|number|code)")
NAMED_LIKE_NOTHING = {"version": "1999-12", "day": "1999-12-31"}
"""What has a name instead of an id; the gateway lets no id through in its place."""


@dataclass(frozen=True)
class Tenant:
    """A provider with a class and a draft, its owner, and a holder who is in the class."""

    offer: Offer
    card: HeldCard
    owner: Api
    ids: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Town:
    """Two tenants who have nothing to do with each other."""

    world: World
    own: Tenant
    other: Tenant

    def caller(self, role: str) -> Api:
        """Return who calls in a role, as the first tenant where the role has one."""
        match role:
            case "nobody":
                return self.world.public
            case "holder":
                return self.world.holder(self.own.card.ref)
            case "provider":
                return self.own.owner
            case "officer":
                return self.world.officer("32.73")
            case _:
                return self.world.caller(role)


IN_SOMEBODYS_NAME = {
    "post_exclusion_cases_appeal",
    "post_enrolments_acceptance",
    "post_enrolments_refusal",
}
"""Whoever is no holder names the card of who is assisted."""


@pytest.fixture
def town(world: World) -> Town:
    """Two tenants, each with one of everything."""
    return Town(
        world,
        _tenant(world, paused="94.03", lives_in="32.73"),
        _tenant(world, paused="94.04", lives_in="17.71"),
    )


def _tenant(world: World, *, paused: str, lives_in: str) -> Tenant:
    """Make a tenant; `paused` is a region of its own where nobody is ever admitted.

    `lives_in` is the regency of somebody who lost the telephone.
    """
    offer = world.offer(seats=5)
    owner, colleague = _staff(world, offer.provider_id)
    (lost,) = world.cards(1, regency=lives_in)
    recovery = world.operator.post("/recoveries", {"card_number": lost.number, **WHY})
    world.people.private.add(recovery["code"])
    invited = {"email": f"{new_id()}@lembaga.example", "role": "provider"}
    invitation = owner.post("/invitations", {"provider": offer.provider_id, **invited})
    card, list_id, case_id = world.excluded_card()
    staff = world.provider(offer.provider_id)
    enrolment = world.holder(card.ref).post("/enrolments", offer.wish())
    pause = {"what": "admissions", "region": paused, "message": "Data diperiksa."}
    pause_id = world.operator.post("/pauses", pause)["id"]
    amount = {"amount": -1, "case_number": "Perkara 7", **WHY}
    correction = world.operator.post("/corrections", {"card_ref": card.ref, **amount})
    ids = {
        "account_id": colleague,
        "invitation_id": invitation["id"],
        "recovery_id": recovery["id"],
        "application_id": world.applied(regency=lives_in),
        "admission_id": world.operator.read("/admissions?limit=1")["items"][0]["id"],
        "correction_id": correction["id"],
        "file_id": world.file(),
        "list_id": list_id,
        "case_id": case_id,
        "class_id": offer.class_id,
        "course_id": staff.post("/courses", bodies.course("online"))["id"],
        "enrolment_id": enrolment["id"],
        "pause_id": pause_id,
        "provider_id": offer.provider_id,
        "version": "2023-01",
        "day": national_day(utc_now()).isoformat(),
        "wave_id": world.wave(),
    }
    return Tenant(offer, card, owner, ids)


def _staff(world: World, provider_id: str) -> tuple[Api, str]:
    """Give a provider an owner, who calls, and a colleague, by the account's id."""
    mandate = Mandate("provider", provider=provider_id)
    owner, colleague = (world.staff_account(mandate, owner=is_owner) for is_owner in (True, False))
    token = world.system.token("provider", provider=provider_id, subject=owner)
    return Api(world.system.address, token), colleague


def test_the_table_names_every_call_that_names_a_thing_and_its_roles() -> None:
    assert REACH.keys() == OPERATIONS.keys()
    for name, (_, _, operation) in OPERATIONS.items():
        if operation["x-roles"] != ["public"]:
            assert REACH[name].keys() == set(operation["x-roles"]), name


def test_the_table_names_every_call_whose_body_names_a_thing() -> None:
    found = {
        operation["operationId"]: {name for name in _members(operation) if NAMES.fullmatch(name)}
        for methods in contract()["paths"].values()
        for operation in methods.values()
    }
    assert {name: members for name, members in found.items() if members} == IN_BODIES


def _members(operation: dict[str, Any]) -> set[str]:
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if content is None:
        return set()
    schema = contract()["components"]["schemas"][content["schema"]["$ref"].rpartition("/")[2]]
    return set(schema["properties"])


def test_a_card_of_another_region_is_to_an_officer_as_one_that_is_not_there(world: World) -> None:
    offer = world.any_offer()
    (own,), (other,) = world.cards(1), world.cards(1, regency="17.71")
    officer = world.officer("32.73")
    for path, rest in (
        ("/cards/lookup", WHY),
        ("/recoveries", WHY),
        ("/enrolments", offer.wish(class_id=new_id(), consent=True)),
    ):
        answers = {
            name: officer.call(
                "POST",
                path,
                body={"card_number": number, **rest},
                key=new_id() if path == "/enrolments" else None,
            )
            for name, number in (
                ("own", own.number),
                ("another's", other.number),
                ("absent", "9999999999999999"),
            )
        }
        assert _code(answers["absent"]) == "card-not-found", path
        assert _without_id(answers["another's"]) == _without_id(answers["absent"]), path
        assert _code(answers["own"]) != "card-not-found", path


def test_everybody_reaches_what_the_table_says_and_the_rest_is_as_if_it_were_not_there(
    town: Town,
) -> None:
    faults = [
        fault for name in OPERATIONS for role in EVERYBODY for fault in _faults(town, name, role)
    ]
    assert not faults, "\n".join(faults)


def _faults(town: Town, name: str, role: str) -> Iterator[str]:
    """Yield what is otherwise than the table says of one call and one role."""
    _, path, operation = OPERATIONS[name]
    parameter = path.partition("{")[2].partition("}")[0]
    absent = _send(town, name, role, NAMED_LIKE_NOTHING.get(parameter, random_reference()))
    kinds = {
        # First what must not be touched, last what may change.
        "wrong kind": _send(town, name, role, NAMED_LIKE_NOTHING.get(parameter, town.own.card.ref)),
        "other's": _send(town, name, role, town.other.ids[parameter]),
        "own": _send(town, name, role, town.own.ids[parameter]),
    }
    if operation["x-roles"] != ["public"] and role not in operation["x-roles"]:
        refused = (401, "unauthenticated") if role == "nobody" else (403, "forbidden")
        for kind, answer in {"absent": absent, **kinds}.items():
            if (answer.status_code, _code(answer)) != refused:
                yield f"{name} as {role}, {kind}: {answer.status_code} {_code(answer)}"
        return
    reach = REACH[name].get(role)
    reached = {"wrong kind": False, "other's": reach == ANY, "own": reach is not None}
    if (absent.status_code, _code(absent)) != (404, "not-found"):
        yield f"{name} as {role}, absent: {absent.status_code} {_code(absent)}"
    for kind, answer in kinds.items():
        if reached[kind] and (answer.status_code in (401, 403) or _code(answer) == "not-found"):
            yield f"{name} as {role}, {kind}: not reached, {answer.status_code} {answer.text}"
        if not reached[kind] and _without_id(answer) != _without_id(absent):
            yield f"{name} as {role}, {kind}: {answer.status_code} {answer.text}"


def _send(town: Town, name: str, role: str, thing: str) -> requests.Response:
    method, path, _ = OPERATIONS[name]
    address = path.removeprefix("/api/v1")
    address = address.partition("{")[0] + thing + address.partition("}")[2]
    if name == "get_classes_roster" and role == "operator":
        address += "?reason=Diperiksa"
    headers = {"If-Match": '"999"'} if method == "PATCH" else {}
    key = new_id() if method == "POST" else None
    body = SENT.get(name)
    if name in IN_SOMEBODYS_NAME and role in ("officer", "operator"):
        body = {"card_number": town.own.card.number, "consent": True, **SENT[name]}
    return town.caller(role).call(method, address, body=body, key=key, headers=headers)


def _code(answer: requests.Response) -> str | None:
    if answer.status_code < 400:
        return None
    code: str = json.loads(answer.text)["code"]
    return code


def _without_id(answer: requests.Response) -> tuple[int, str, dict[str, str]]:
    """Return an answer byte for byte, but for its request's id, its time, and how many more may follow."""
    told = answer.headers.get("X-Request-Id", "")
    headers = {
        name: value
        for name, value in answer.headers.items()
        if name not in ("X-Request-Id", "Date", "RateLimit")
    }
    return answer.status_code, answer.text.replace(told, "-"), headers
