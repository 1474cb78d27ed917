"""The smallest service that the plumbing can carry: every kind of call, and an answer that shows what arrived."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import marshmallow as ma
import sqlalchemy as sa
from flask import Flask, Response

from chassis.calls import Call
from chassis.endpoints import Endpoints, KeyUse
from chassis.fields import Flag, QueryFlag, QueryWhole, Reference, Strict, Text, Whole
from chassis.idempotency import Answer, IdempotencyKeys, json_answer
from chassis.observability import configure_logging
from chassis.problems import StateConflict, TooManyRequests, Unavailable
from chassis.rate_limits import Bound
from chassis.streamed_bodies import Streamed
from chassis.throttle import Throttle
from chassis.validators import etag
from chassis.web import build_app
from tests.tokens import bearer, verifier

SECRET = "3171234567890123"
"""What must appear in no answer and no log line."""

ID = "01890000-0000-7000-8000-000000000001"
OPERATOR = bearer(role="operator")
THING = {"name": "drill"}
"""What may be sent: an id that the service takes, the headers of who may do everything, and a body."""


TRIES = Bound("tries", 2, 60, counts="tries of one address")
WAITS = Bound("waits", 3, 60, counts="tries of everybody together")


@dataclass
class House:
    """The service's parts: what was called, what is bounded, and whether it is ready."""

    calls: list[Call] = field(default_factory=list)
    ready: Callable[[], bool] = lambda: True
    lock: threading.Lock = field(default_factory=threading.Lock)
    tries: Throttle = field(default_factory=lambda: Throttle(TRIES))
    waits: Throttle = field(default_factory=lambda: Throttle(WAITS))


class Place(Strict):
    """An object within an object."""

    name = Text(required=True)


class Thing(Strict):
    """A body with one field of each kind."""

    name = Text(required=True, most=20)
    count = Whole(least=1, most=1000)
    open = Flag()
    owner = Reference()
    places = ma.fields.List(ma.fields.Nested(Place), validate=ma.validate.Length(max=3))


class Filter(Strict):
    """A query string."""

    limit = QueryWhole(least=1, most=200, load_default=50)
    open = QueryFlag(load_default=None)
    q = Text(load_default=None, most=50)


endpoints: Endpoints[House] = Endpoints(prefix="/api/v1")


def shown(call: Call, house: House, status: int = 200) -> Answer:
    """Answer with what the handler was given."""
    with house.lock:
        house.calls.append(call)
    document: dict[str, Any] = {
        "caller": call.principal.subject if call.principal else None,
        "path": dict(call.path),
        "query": dict(call.query),
        "body": dict(call.body),
        "version": call.version,
        "media_type": call.media_type,
        "seconds_left": call.seconds_left,
    }
    return json_answer(status, document)


@endpoints.get("/things", query=Filter)
def list_things(call: Call, house: House) -> Answer:
    return shown(call, house)


@endpoints.post("/things", allow=("operator",), body=Thing)
def add_thing(call: Call, house: House) -> Answer:
    return shown(call, house, 201)


@endpoints.post("/public-things", body=Thing)
def add_public_thing(call: Call, house: House) -> Answer:
    return shown(call, house, 201)


@endpoints.get("/things/<id:thing_id>")
def get_thing(call: Call, house: House) -> Answer:
    answer = shown(call, house)
    return Answer(answer.status, answer.body, tuple(etag(7).items()))


@endpoints.patch("/things/<id:thing_id>", allow=("operator",), body=Thing)
def change_thing(call: Call, house: House) -> Answer:
    return shown(call, house)


@endpoints.post("/things/<id:thing_id>/closing", allow=("operator", "officer"))
def close_thing(call: Call, house: House) -> Answer:
    return shown(call, house)


@endpoints.post("/payments", allow=("operator",), body=Thing, key=KeyUse.REQUIRED)
def pay(call: Call, house: House) -> Answer:
    return shown(call, house, 201)


@endpoints.post("/notes", allow=("operator",), body=Thing, key=KeyUse.NONE)
def note(call: Call, house: House) -> Answer:
    return shown(call, house, 201)


@endpoints.post_form("/forms", form_body=Thing)
def fill_form(call: Call, house: House) -> Answer:
    return shown(call, house)


LARGEST_FILE = 3 * 1_048_576
"""Three times what any other body of this service may have."""


@endpoints.post_stream(
    "/files",
    allow=("operator",),
    streams=Streamed("text/csv", LARGEST_FILE, "Lines of anything."),
    key=KeyUse.REQUIRED,
)
def take_file(call: Call, _: House) -> Answer:
    assert call.incoming is not None
    sizes = [len(block) for block in call.incoming.blocks]
    key, same, other = (call.incoming.key_for(text) for text in ("a", "a", "b"))
    told = {
        "read": sum(sizes),
        "largest_block": max(sizes, default=0),
        "keys": [key == same, key == other],
    }
    return json_answer(200, {**told, "key": call.key})


class Try(Strict):
    """What becomes of a try that is let through."""

    fails = Flag(load_default=False)


@endpoints.post("/tries", body=Try, key=KeyUse.NONE, bounded=(TRIES, WAITS))
def try_it(call: Call, house: House) -> Answer:
    if seconds := house.tries.take(call.address, now=0.0):
        raise TooManyRequests(retry_after=seconds)
    house.waits.wait("everybody", now=0.0)
    if call.body["fails"]:
        raise KeyError(SECRET)
    return shown(call, house)


@endpoints.get("/report", media_types=("application/json", "text/csv", "application/jsonl"))
def report(call: Call, house: House) -> Response:
    shown(call, house)
    return Response(b"a,b\n", content_type=call.media_type)


class FailureQuery(Strict):
    """How to fail."""

    kind = ma.fields.String(required=True)


@endpoints.get("/failure", query=FailureQuery)
def fail(call: Call, _: House) -> Answer:
    raise FAILURES[call.query["kind"]]()


class _DriverError(Exception):
    sqlstate = "40001"


def _operational() -> Exception:
    return sa.exc.OperationalError("select 1", {"nik": SECRET}, _DriverError(SECRET))


def _integrity() -> Exception:
    return sa.exc.IntegrityError("insert", {"nik": SECRET}, Exception(f"Key (nik)=({SECRET})"))


def _unavailable_by_database() -> Exception:
    refusal = Unavailable()
    refusal.__cause__ = _operational()
    return refusal


FAILURES: dict[str, Callable[[], Exception]] = {
    "bug": lambda: KeyError(SECRET),
    "recursion": lambda: RecursionError(SECRET),
    "database-away": _operational,
    "database-refuses": _integrity,
    "pool-exhausted": lambda: sa.exc.TimeoutError(SECRET),
    "refusal": lambda: StateConflict("Not now.", facts={"state": "closed"}),
    "found-away": _unavailable_by_database,
    "unavailable": lambda: Unavailable(retry_after=7),
}


def build(house: House, *, largest_body: int = 1_048_576) -> Flask:
    """Build the application around a house."""
    return build_app(
        "small",
        endpoints=endpoints.all,
        house=house,
        verifier=verifier(),
        checks={"house": house.ready},
        idempotency_keys=IdempotencyKeys(b"only-for-tests"),
        largest_body=largest_body,
    )


def create_app() -> Flask:
    """Create the application for gunicorn."""
    configure_logging("small")
    return build(House())
