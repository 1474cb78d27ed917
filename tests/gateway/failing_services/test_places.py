"""The bound on requests in flight at a service, seen from outside."""

from __future__ import annotations

import threading

from tests.gateway.running import Server
from tests.gateway.scripted import Scripted, Visit
from tests.gateway.wire import PATIENCE, Wire, request, written
from tests.tokens import bearer
from tests.waiting import eventually

WRITE = "/api/v1/enrolments"


def test_who_finds_no_place_in_time_is_sent_away_and_told_when_to_come_back(
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
