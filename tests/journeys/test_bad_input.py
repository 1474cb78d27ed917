"""Bad input at the edge, each kind tried once against the running product: refused in words, and nothing is done."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from tests.gateway.wire import Wire, exchange, written
from tests.journeys import bad_bodies, bad_requests, bodies
from tests.journeys.bad_requests import check, pointers
from tests.journeys.world import Offer, World
from tests.waiting import eventually


@pytest.fixture
def offer(world: World) -> Offer:
    """A class with seats, which nobody gets."""
    return world.any_offer()


@pytest.fixture(autouse=True)
def nothing_is_done(world: World) -> Iterator[None]:
    """Whatever a test sends, no journal may have grown by it."""
    world.wave()
    world.any_offer()
    before = world.journal_sizes()
    yield
    assert world.journal_sizes() == before


def post(world: World, path: str, body: bytes, **headers: str) -> dict[str, Any]:
    """Post a body as it is, as the operator; return the refusal. A header given as nothing is left out."""
    sent = {
        "Content-Type": "application/json",
        "Idempotency-Key": str(uuid.uuid4()),
        "Authorization": f"Bearer {world.operator.token}",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    present = {name: value for name, value in sent.items() if value}
    raw = written("POST", f"/api/v1{path}", headers=present, body=body)
    return check(exchange(world.port, raw, method="POST"))


def refusal(document: dict[str, Any]) -> tuple[int, str]:
    """Return what refusals are told apart by."""
    return document["status"], document["code"]


def test_no_hostile_address_reaches_a_service(world: World) -> None:
    asked: dict[str, str] = {}
    statuses: dict[str, int] = {}
    for name, target in bad_requests.HOSTILE_TARGETS.items():
        asked[name] = str(uuid.uuid4())
        headers = {
            "Authorization": f"Bearer {world.operator.token}",
            "X-Request-Id": asked[name],
        }
        document = check(exchange(world.port, written("GET", target, headers=headers)))
        statuses[name] = document["status"]
    assert set(statuses.values()) <= {400, 404}, statuses
    assert world.served(asked.values()) == set()


def test_an_id_of_another_kind_of_thing_finds_nothing(world: World, offer: Offer) -> None:
    no_class = f"/classes/{offer.course_id}/availability"
    eventually(  # until the catalogue was read since this was made, it might be a class that is to come
        lambda: world.public.call("GET", no_class).status_code != 503,
        what="the id is known to be no class's",
    )
    for path in (
        f"/classes/{offer.provider_id}",
        f"/courses/{offer.class_id}",
        f"/providers/{offer.course_id}",
        f"/waves/{offer.class_id}",
        f"/enrolments/{offer.class_id}",
        no_class,
        f"/classes/{offer.course_id}/roster?reason=Wrong+class",
    ):
        world.operator.refused("GET", path, 404, "not-found")


def test_who_claims_to_be_somebody_in_other_headers_is_nobody(world: World, offer: Offer) -> None:
    roster = f"/classes/{offer.class_id}/roster"
    answer = world.public.call("GET", roster, headers=bad_requests.CLAIMS)
    assert answer.status_code == 401


def test_what_cannot_be_read_is_refused_in_words(world: World) -> None:
    statuses: dict[str, int] = {}
    for name, raw in bad_requests.UNREADABLE.items():
        with Wire.to(world.port) as wire:
            wire.send(raw)
            wire.socket.shutdown(1)  # nothing more comes
            statuses[name] = check(wire.receive("POST"))["status"]
    assert set(statuses.values()) <= {400, 404, 405, 414, 431}, statuses


def test_a_request_smuggled_behind_another_is_never_answered(world: World) -> None:
    inner = str(uuid.uuid4())
    with Wire.to(world.port) as wire:
        wire.send(bad_requests.smuggling(inner))
        assert check(wire.receive("POST"))["status"] == 400
        assert wire.is_closed()
    assert world.served([inner]) == set()


@pytest.mark.parametrize("in_chunks", [False, True], ids=["with its length", "in chunks"])
def test_five_megabytes_are_refused(world: World, in_chunks: bool) -> None:
    request_id = str(uuid.uuid4())
    with Wire.to(world.port) as wire:
        bad_requests.send_as_far_as_read(
            wire, bad_requests.five_megabytes(request_id, in_chunks=in_chunks)
        )
        document = check(wire.receive("POST"))
    assert refusal(document) == (413, "payload-too-large")
    # In chunks nobody knows how long it gets, so the service may have been shown the beginning.
    assert in_chunks or world.served([request_id]) == set()


def test_a_body_that_is_not_strict_json_is_refused_in_words(world: World) -> None:
    path = f"/waves/{world.wave()}/admissions"  # the call that takes the largest bodies
    found = {
        name: refusal(post(world, path, body)) for name, body in bad_bodies.NOT_STRICT_JSON.items()
    }
    assert found == dict.fromkeys(bad_bodies.NOT_STRICT_JSON, (400, "malformed-request"))


@pytest.mark.parametrize("media_type", ["", "text/plain", "application/x-www-form-urlencoded"])
def test_a_body_of_another_media_type_is_refused(world: World, media_type: str) -> None:
    body = json.dumps(bodies.application("LPK Rusak")).encode()
    found = post(world, "/providers", body, Content_Type=media_type)
    assert refusal(found) == (415, "unsupported-media-type")


def test_each_wrong_field_of_an_application_is_named(world: World) -> None:
    good = bodies.application("LPK Rusak")
    for field, value in bad_bodies.APPLICATION_FIELDS:
        found = post(world, "/providers", json.dumps({**good, field: value}).encode())
        assert refusal(found) == (422, "validation-failed"), (field, value)
        assert pointers(found) == [f"/{field}"], value


def test_each_wrong_field_of_an_enrolment_is_named(world: World, offer: Offer) -> None:
    good = offer.wish(card_number="9" * 16, consent=True)
    for field, value in bad_bodies.ENROLMENT_FIELDS:
        found = post(world, "/enrolments", json.dumps({**good, field: value}).encode())
        assert refusal(found) == (422, "validation-failed"), (field, value)
        assert pointers(found) == [f"/{field}"], value


@pytest.mark.parametrize("key", ["", "short", "a" * 201, "with space", '"unclosed', "ключ-ключ"])
def test_an_enrolment_without_a_usable_key_is_refused(world: World, offer: Offer, key: str) -> None:
    wish = offer.wish(card_number="9" * 16, consent=True)
    sent = key.encode().decode("latin-1")
    found = post(world, "/enrolments", json.dumps(wish).encode(), Idempotency_Key=sent)
    code = "malformed-request" if key else "idempotency-key-missing"
    assert refusal(found) == (400, code)


def test_each_wrong_spelling_of_a_nik_is_refused_in_its_row_and_not_repeated(world: World) -> None:
    good = world.people.candidates(1)[0]
    spellings = bad_bodies.SPELLINGS_OF_A_NIK
    answer = world.admit([{**good, "nik": spelling} for spelling in spellings.values()])
    assert answer["admitted"] == []
    for index, (name, row) in enumerate(zip(spellings, answer["refused"], strict=True)):
        assert (row["index"], row["code"]) == (index, "validation-failed"), name
        assert pointers(row) == [f"/candidates/{index}/nik"], name
        assert not spellings[name] or str(spellings[name]) not in json.dumps(row), name


def test_each_wrong_field_of_a_candidate_is_named_in_its_row(world: World) -> None:
    good = world.people.candidates(1)[0]
    wrong = bad_bodies.CANDIDATE_FIELDS
    answer = world.admit([{**good, field: value} for field, value in wrong])
    assert answer["admitted"] == []
    assert [pointers(row) for row in answer["refused"]] == [
        [f"/candidates/{index}/{field}"] for index, (field, _) in enumerate(wrong)
    ]


def test_each_class_that_cannot_be_is_refused_by_its_field(world: World, offer: Offer) -> None:
    staff = world.provider(offer.provider_id)
    path = f"/courses/{offer.course_id}/classes"
    for name, (changes, pointer) in bad_bodies.IMPOSSIBLE_CLASSES.items():
        plan = {**bodies.training_class("online", seats=5), **changes}
        found = staff.refused("POST", path, 422, "validation-failed", body=plan)
        assert pointer in pointers(found), name


def test_each_wrong_part_of_a_query_is_named(world: World) -> None:
    for path, pointer in bad_requests.WRONG_QUERIES:
        found = world.auditor.refused("GET", path, 422, "validation-failed")
        assert pointers(found) == [pointer], path


@pytest.mark.parametrize("query", ["q=%00", "q=a%0D%0Ab", "&".join(["q=1"] * 1_000)])
def test_a_query_that_cannot_be_read_is_refused(world: World, query: str) -> None:
    answer = world.public.call("GET", f"/courses?{query}")
    assert answer.status_code == 400
