"""Who is given up: a service that takes too long, a caller who leaves; and what callers are told."""

from __future__ import annotations

import threading

import pytest

from tests.gateway.running import Server
from tests.gateway.scripted import Scripted, Visit
from tests.gateway.wire import PATIENCE, Wire, request, written
from tests.tokens import bearer

READ = "/api/v1/courses"
WRITE = "/api/v1/enrolments"


@pytest.mark.parametrize("end", ["close", "dawdle"])
@pytest.mark.parametrize(
    ("method", "headers", "advice"),
    [
        ("GET", {}, "Try again."),
        (
            "POST",
            {"Idempotency-Key": "failing-services-1"},
            "Try again with the same Idempotency-Key: nothing happens twice.",
        ),
        (
            "POST",
            {},
            "It is not known whether this took effect. See what came of it before you send it again.",
        ),
    ],
)
def test_the_advice_fits_the_request_that_was_lost(
    hasty: Server,
    service: Scripted,
    over: threading.Event,
    end: str,
    method: str,
    headers: dict[str, str],
    advice: str,
) -> None:
    def fail(visit: Visit) -> None:
        visit.read_request()
        if end == "dawdle":
            over.wait(PATIENCE)

    service.script = fail
    body = b"{}" if method == "POST" else None
    answer = request(hasty, method, WRITE, headers={**bearer(), **headers}, body=body)

    assert answer.status == (504 if end == "dawdle" else 502)
    assert answer.json()["detail"] == advice


@pytest.mark.parametrize("said", [b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 100 Continue\r\n\r\n"])
def test_a_service_that_takes_too_long_is_given_up(
    hasty: Server, service: Scripted, over: threading.Event, said: bytes
) -> None:
    def dawdle(visit: Visit) -> None:
        visit.read_request()
        visit.send(said)
        over.wait(PATIENCE)

    service.script = dawdle
    answer = request(hasty, "GET", READ)

    assert answer.status == 504
    assert answer.problem() == "upstream-timed-out"
    assert len(service.requests) == 1


def test_a_slow_small_body_is_given_up_before_any_of_it_is_passed_on(
    hasty: Server, service: Scripted, over: threading.Event
) -> None:
    def drip(visit: Visit) -> None:
        visit.read_request()
        visit.send(b"HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n")
        while not over.wait(0.1):
            visit.send(b"x")

    service.script = drip

    assert request(hasty, "GET", READ).status == 504


def test_a_caller_who_leaves_takes_his_request_with_him(patient: Server, service: Scripted) -> None:
    asked, ended = threading.Event(), threading.Event()

    def wait_for_the_end(visit: Visit) -> None:
        visit.read_request()
        asked.set()
        if visit.socket.recv(1) == b"":
            ended.set()

    service.script = wait_for_the_end
    headers = {"X-Request-Id": "leaves-early-1", **bearer()}
    with Wire.to(patient) as wire:
        wire.send(written("POST", WRITE, headers=headers, body=b"{}"))
        assert asked.wait(30)

    assert ended.wait(30)
    patient.wait_until_logged("leaves-early-1")
    [line] = patient.request_lines("leaves-early-1")
    assert line["status"] == 499
    assert "refusal" not in line
