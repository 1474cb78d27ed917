"""Services that are away, slow, broken or rude, and what callers are told."""

from __future__ import annotations

import json
import select
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from tests.gateway.running import Server, gateway_environment, gunicorn
from tests.gateway.scripted import Scripted, Visit, behave, scripted
from tests.gateway.wire import PATIENCE, Wire, request, written
from tests.tokens import bearer
from tests.waiting import eventually

READ = "/api/v1/courses"
WRITE = "/api/v1/enrolments"
ADMISSIONS = "/api/v1/waves/0190f5a2-7c3e-7b1d-9a4f-5e6d7c8b9a01/admissions"


@pytest.fixture(scope="module")
def rude() -> Iterator[Scripted]:
    """A service whose behaviour each test chooses."""
    with scripted(behave) as service:
        yield service


@pytest.fixture(scope="module")
def shared_patient(rude: Scripted, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The gateway as delivered, with few places."""
    environment = gateway_environment(rude.url, REQUESTS_IN_FLIGHT="4", EXPORTS_IN_FLIGHT="1")
    folder = tmp_path_factory.mktemp("patient")
    with gunicorn("gateway.app:create_app()", folder, environment=environment) as server:
        assert request(server, "GET", WRITE, headers=bearer()).status == 200
        yield server


@pytest.fixture(scope="module")
def shared_hasty(rude: Scripted, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A gateway with little patience: only for what is given up, since a busy machine may be slow to answer."""
    folder = tmp_path_factory.mktemp("hasty")
    environment = gateway_environment(rude.url)
    with gunicorn("tests.gateway.hasty:create_app()", folder, environment=environment) as server:
        eventually(
            lambda: request(server, "GET", WRITE, headers=bearer()).status == 200,
            what="it knows the issuer's keys",
        )
        yield server


@pytest.fixture
def over() -> threading.Event:
    """Set once a test is over: a service that dawdles ends with it."""
    return threading.Event()


@pytest.fixture
def service(rude: Scripted, over: threading.Event) -> Iterator[Scripted]:
    """The service, with nothing asked of it yet, no connection kept, behaving until told otherwise."""
    _forget(rude)
    yield rude
    rude.script = behave
    over.set()


@pytest.fixture
def patient(shared_patient: Server, service: Scripted) -> Server:
    """The gateway as delivered, with few places; it has asked nothing of the service yet."""
    _forget(service)
    return shared_patient


@pytest.fixture
def hasty(shared_hasty: Server, service: Scripted) -> Server:
    """The gateway with little patience; it has asked nothing of the service yet."""
    _forget(service)
    return shared_hasty


def _forget(service: Scripted) -> None:
    service.drop_visitors()
    service.requests.clear()
    service.visits = 0


def test_a_safe_request_is_sent_again_once_where_nothing_was_answered(
    patient: Server, service: Scripted
) -> None:
    def close_the_first_time(visit: Visit) -> None:
        if visit.read_request() and visit.number > 1:
            visit.answer()

    service.script = close_the_first_time

    assert request(patient, "GET", READ).status == 200
    assert len(service.requests) == 2


@pytest.mark.parametrize("end", ["close", "reset"])
def test_a_safe_request_is_not_sent_a_third_time(
    patient: Server, service: Scripted, end: str
) -> None:
    def end_at_once(visit: Visit) -> None:
        visit.read_request()
        if end == "reset":
            visit.reset()

    service.script = end_at_once
    answer = request(patient, "GET", READ)

    assert answer.status == 502
    assert answer.problem() == "bad-upstream-answer"
    assert len(service.requests) == 2


@pytest.mark.parametrize("end", ["close", "reset"])
@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_a_write_is_never_sent_again(
    patient: Server, service: Scripted, end: str, method: str
) -> None:
    def end_at_once(visit: Visit) -> None:
        visit.read_request()
        if end == "reset":
            visit.reset()

    service.script = end_at_once
    path = WRITE if method == "POST" else f"{READ}/0190f5a2-7c3e-7b1d-9a4f-5e6d7c8b9a01"
    answer = request(patient, method, path, headers=bearer(), body=b"{}")

    assert answer.status == 502
    assert answer.problem() == "bad-upstream-answer"
    assert len(service.requests) == 1


def test_a_write_over_a_kept_connection_that_has_ended_goes_over_a_new_one(
    patient: Server, service: Scripted
) -> None:
    for _ in range(5):
        assert request(patient, "POST", WRITE, headers=bearer(), body=b"{}").status == 200
        service.drop_visitors()

    assert len(service.requests) == 5
    assert service.visits == 5


def test_connections_to_services_are_kept(patient: Server, service: Scripted) -> None:
    for _ in range(10):
        assert request(patient, "POST", WRITE, headers=bearer(), body=b"{}").status == 200

    assert service.visits == 1


def test_a_service_that_is_away_makes_its_calls_unavailable(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        nobody = f"http://127.0.0.1:{unused.getsockname()[1]}"
    folder = tmp_path_factory.mktemp("alone")
    with gunicorn(
        "gateway.app:create_app()", folder, environment=gateway_environment(nobody)
    ) as alone:
        for method, path in (("GET", READ), ("POST", "/api/v1/providers")):
            answer = request(alone, method, path, body=b"{}" if method == "POST" else None)
            assert answer.status == 503
            assert answer.problem() == "unavailable"
            assert int(answer.header("Retry-After") or 0) > 0
        closed = request(alone, "GET", WRITE, headers=bearer())
        assert closed.status == 503
        assert closed.problem() == "unavailable"


@pytest.mark.parametrize(
    "raw",
    [
        b"nonsense\r\n\r\n",
        b"HTTP/1.1 abc OK\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 200_000,
        b"HTTP/1.1 100 Continue\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged",
    ],
)
def test_an_answer_that_cannot_be_read_is_not_passed_on(
    patient: Server, service: Scripted, raw: bytes
) -> None:
    def babble(visit: Visit) -> None:
        visit.read_request()
        visit.send(raw)

    service.script = babble
    answer = request(patient, "POST", WRITE, headers=bearer(), body=b"{}")

    assert answer.status == 502
    assert answer.problem() == "bad-upstream-answer"
    service.script = behave
    assert request(patient, "POST", WRITE, headers=bearer(), body=b"{}").json() == {}


@pytest.mark.parametrize("framing", ["Content-Length: 2", "Transfer-Encoding: chunked"])
def test_a_head_that_cannot_be_passed_on_is_one_failure_with_one_line_and_frees_its_place(
    patient: Server, service: Scripted, framing: str
) -> None:
    body = b"{}" if "Length" in framing else b"2\r\n{}\r\n0\r\n\r\n"

    def garble_the_reason(visit: Visit) -> None:
        visit.read_request()
        visit.send(b"HTTP/1.1 200 O\x01K\r\n%b\r\n\r\n%b" % (framing.encode(), body))

    service.script = garble_the_reason
    names = [f"garbled-{framing.split(':')[0].lower()}-{number}" for number in range(6)]
    for name in names:
        answer = request(patient, "GET", READ, headers={"X-Request-Id": name})
        assert (answer.status, answer.problem()) == (500, "internal-error")
    patient.wait_until_logged(names[-1])

    for name in names:
        lines = _lines_of(patient, name)
        assert [line["status"] for line in lines] == [500]
        assert [line["refusal"] for line in lines] == ["internal-error"]


def _lines_of(server: Server, request_id: str) -> list[dict[str, Any]]:
    """Return the lines that the gateway logged about a request that it has ended."""
    lines = [json.loads(line) for line in server.log().splitlines() if request_id in line]
    return [line for line in lines if line["event"] == "request"]


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


def test_interim_answers_are_passed_over(patient: Server, service: Scripted) -> None:
    def hint_first(visit: Visit) -> None:
        visit.read_request()
        visit.send(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n")
        visit.send(b"HTTP/1.1 201 Created\r\nContent-Length: 2\r\nX-Own: kept\r\n\r\n{}")

    service.script = hint_first
    answer = request(patient, "POST", WRITE, headers=bearer(), body=b"{}")

    assert answer.status == 201
    assert answer.header("X-Own") == "kept"
    assert answer.header("Link") is None


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


@pytest.mark.parametrize(
    "head", [b"Transfer-Encoding: chunked\r\n", b"Content-Length: 1000000\r\n", b""]
)
def test_a_long_answer_that_breaks_off_is_seen_to_break_off(
    patient: Server, service: Scripted, head: bytes
) -> None:
    passed_on = threading.Event()

    def break_off(visit: Visit) -> None:
        visit.read_request()
        block = b"x" * 100_000
        chunked = b"chunked" in head
        visit.send(b"HTTP/1.1 200 OK\r\n" + head + b"\r\n")
        visit.send(b"%x\r\n%b\r\n" % (len(block), block) if chunked else block)
        assert passed_on.wait(PATIENCE)
        if not head:
            visit.reset()

    service.script = break_off
    with Wire.to(patient) as wire:
        wire.send(written("GET", READ))
        received = b""
        while b"x" * 1000 not in received:
            received += wire.socket.recv(65_536)
        passed_on.set()
        while piece := wire.socket.recv(65_536):
            received += piece

    assert b"x" * 1000 in received
    assert not received.endswith(b"0\r\n\r\n")
    assert "Traceback" not in patient.log()


def test_more_requests_than_there_are_places_are_sent_away_at_once(
    patient: Server, service: Scripted
) -> None:
    may_answer = threading.Event()

    def wait(visit: Visit) -> None:
        visit.read_request()
        may_answer.wait(PATIENCE)
        visit.answer()

    service.script = wait
    wires = [Wire.to(patient) for _ in range(4)]
    for wire in wires:
        wire.send(written("POST", WRITE, headers=bearer(), body=b"{}"))
    eventually(lambda: len(service.requests) == 4, what="all places are taken")

    refused = request(patient, "POST", WRITE, headers=bearer(), body=b"{}")
    elsewhere = request(patient, "GET", "/healthz")
    may_answer.set()
    answered = [wire.receive("POST").status for wire in wires]
    for wire in wires:
        wire.socket.close()

    assert refused.status == 503
    assert refused.problem() == "too-busy"
    assert refused.header("Retry-After") == "1"
    assert elsewhere.status == 200
    assert answered == [200] * 4
    assert request(patient, "POST", WRITE, headers=bearer(), body=b"{}").status == 200


def test_exports_have_places_of_their_own(patient: Server, service: Scripted) -> None:
    may_answer = threading.Event()

    def wait_with_exports(visit: Visit) -> None:
        while head := visit.read_request():
            if b"/log/entries" in head:
                may_answer.wait(PATIENCE)
            visit.answer()

    service.script = wait_with_exports
    with Wire.to(patient) as wire:
        wire.send(written("GET", "/api/v1/log/entries", headers=bearer()))
        eventually(lambda: service.requests, what="the place is taken")

        assert request(patient, "GET", "/api/v1/log/entries", headers=bearer()).status == 503
        assert request(patient, "POST", WRITE, headers=bearer(), body=b"{}").status == 200
        may_answer.set()
        assert wire.receive().status == 200


def test_a_service_may_refuse_a_body_before_it_has_read_it(
    patient: Server, service: Scripted
) -> None:
    def refuse_early(visit: Visit) -> None:
        visit.socket.recv(65_536)
        visit.send(b"HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")
        visit.socket.shutdown(socket.SHUT_WR)
        select.select([visit.socket], [], [], PATIENCE)  # more of the body is there, and not read

    service.script = refuse_early
    body = b" " * (1024 * 1024)

    answer = request(patient, "POST", ADMISSIONS, headers=bearer(), body=body)

    assert answer.status == 413
    assert answer.json() == {}


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
    [line] = _lines_of(patient, "leaves-early-1")
    assert line["status"] == 499
    assert "refusal" not in line
