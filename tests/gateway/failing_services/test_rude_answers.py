"""Answers that cannot be read, break off, or come when nobody expects them."""

from __future__ import annotations

import select
import socket
import threading

import pytest

from tests.gateway.running import Server
from tests.gateway.scripted import Scripted, Visit, behave
from tests.gateway.wire import PATIENCE, Wire, request, written
from tests.tokens import bearer

READ = "/api/v1/courses"
WRITE = "/api/v1/enrolments"
ADMISSIONS = "/api/v1/waves/0190f5a2-7c3e-7b1d-9a4f-5e6d7c8b9a01/admissions"


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
        lines = patient.request_lines(name)
        assert [line["status"] for line in lines] == [500]
        assert [line["refusal"] for line in lines] == ["internal-error"]


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
