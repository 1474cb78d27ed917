"""What the processes wrote down and counted while all the other journeys went through them."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from deploy.local.databases import SERVICES
from tests.journeys import bodies
from tests.journeys.api import PATIENCE
from tests.journeys.logs import lines_of, logs_of, of_request, told_secrets
from tests.journeys.world import World
from tests.planted import AS_CSV, TOLD, Planted, at_rest
from tests.waiting import eventually

CROWD = 1_000
WORKERS = tuple(f"{service}-worker" for service in SERVICES)


@pytest.fixture
def travelled(world: World) -> World:
    """A system in which at least one person went the whole way and one was turned away."""
    offer = world.offer(seats=1)
    first, second = world.cards(2)
    wish = offer.wish()
    enrolment = world.holder(first.ref).post("/enrolments", wish)
    world.people.private.add(enrolment["redeem_code"])
    world.holder(second.ref).refused("POST", "/enrolments", 409, "class-full", body=wish)
    staff = world.provider(offer.provider_id)
    staff.get(f"/classes/{offer.class_id}/roster", accept="text/csv")
    code = {"redeem_code": enrolment["redeem_code"]}
    staff.post(f"/enrolments/{enrolment['id']}/redemption", code)
    twice = [world.people.candidates(1)[0]] * 2
    assert [row["code"] for row in world.admit(twice)["refused"]] == ["nik-already-held"]
    return world


def test_every_log_line_is_json_that_names_its_process_and_its_request(travelled: World) -> None:
    served = set()
    for process, log in logs_of(travelled):
        for line in lines_of(log):
            assert line["process"] == process
            assert line.keys() >= {"event", "level", "timestamp"}
            if line["event"] == "request":
                served.add(process)
                assert line["request_id"], line
                assert line.keys() >= {"route", "status", "ms"}
    assert served == {"gateway", *SERVICES}


def test_where_nobody_disturbs_the_processes_none_reports_an_error(travelled: World) -> None:
    for process, log in logs_of(travelled):
        errors = [line for line in lines_of(log) if line["level"] in ("error", "critical")]
        assert errors == [], process
        assert "Traceback" not in log, process


@pytest.mark.parametrize("given", [True, False], ids=["the caller's", "the gateway's"])
def test_one_request_id_is_in_the_answer_both_logs_and_the_journal(
    world: World, given: bool
) -> None:
    offer = world.offer(seats=1)
    (card,) = world.cards(1)
    chosen = str(uuid.uuid4())
    answer = world.holder(card.ref).call(
        "POST",
        "/enrolments",
        body=offer.wish(),
        key=str(uuid.uuid4()),
        headers={"X-Request-Id": chosen} if given else None,
    )
    assert answer.status_code == 201
    request_id = answer.headers["X-Request-Id"]
    assert not given or request_id == chosen
    for process in ("gateway", "enrolment"):
        (line,) = of_request(lines_of(world.system.log_of(process)), request_id)
        assert (line["event"], line["status"]) == ("request", 201)
    (entry,) = world.journal("enrolment", class_id=offer.class_id)
    assert entry["request_id"] == request_id


def test_a_request_id_that_could_forge_a_line_is_replaced(world: World) -> None:
    for chosen in ("short", "a" * 65, 'x","level":"error","y":"', "with space here", "../../etc/x"):
        answer = world.public.call("GET", "/regions?limit=1", headers={"X-Request-Id": chosen})
        assert answer.headers["X-Request-Id"] != chosen
        assert chosen not in world.system.log_of("gateway")


def test_no_log_tells_a_number_a_name_a_token_or_a_key(travelled: World) -> None:
    for process, log in logs_of(travelled):
        assert told_secrets(travelled, log) == set(), process


def test_every_process_tells_its_measures_on_its_private_address(world: World) -> None:
    world.public.get("/regions?limit=1")
    for process in ("gateway-metrics", *SERVICES):
        told = _measures(world, process)
        assert re.search(r"^http_requests_total\{.*\} [1-9]", told, re.MULTILINE), process
        assert "http_request_seconds_bucket" in told
    assert "group_commit_batch_size_bucket" in _measures(world, "enrolment")
    for worker in WORKERS:
        assert "process_cpu_seconds_total" in _measures(world, worker), worker
    for worker, source in (("enrolment-worker", "catalog"), ("catalog-worker", "enrolment-seats")):
        assert f'follower_position{{source="{source}"}}' in _measures(world, worker)


def test_the_gateway_counts_each_call_and_each_refusal(world: World) -> None:
    called = 'http_requests_total{endpoint="GET /api/v1/regions",status="200"}'
    refused = 'gateway_refusals_total{code="unauthenticated"}'
    before = [_count(world, name) for name in (called, refused)]
    for _ in range(3):
        world.public.get("/regions?limit=1")
    world.public.refused("GET", "/consistency", 401, "unauthenticated")
    eventually(
        lambda: (
            [_count(world, name) for name in (called, refused)] == [before[0] + 3, before[1] + 1]
        ),
        what="the gateway has counted",
    )


def test_no_measure_is_told_to_the_outside_and_none_names_anybody(travelled: World) -> None:
    outside = requests.get(f"{travelled.system.address}/metrics", timeout=PATIENCE)
    assert outside.status_code == 404
    for process in ("gateway-metrics", *SERVICES, *WORKERS):
        assert told_secrets(travelled, _measures(travelled, process)) == set(), process


def _measures(world: World, process: str) -> str:
    answer = requests.get(f"{world.system.address_of(process)}/metrics", timeout=PATIENCE)
    assert answer.status_code == 200
    return answer.text


def _count(world: World, name: str) -> float:
    for line in _measures(world, "gateway-metrics").splitlines():
        if line.startswith(f"{name} "):
            return float(line.removeprefix(f"{name} "))
    return 0.0


def test_processes_that_were_stopped_and_killed_wrote_json_and_told_nothing_either(
    rough_world: World,
) -> None:
    world = rough_world
    offer = world.offer(seats=5)
    (card,) = world.cards(1)
    world.stop("enrolment")
    wish = offer.wish()
    world.holder(card.ref).refused("POST", "/enrolments", 503, "unavailable", body=wish)
    world.restart("enrolment")
    world.holder(card.ref).post("/enrolments", wish)
    for process, log in logs_of(world):
        assert told_secrets(world, log) == set(), process
        whole = log if log.endswith("\n") else log.rpartition("\n")[0]  # a killed one's last line
        assert all(line["process"] == process for line in lines_of(whole))


def test_no_number_of_a_crowd_stands_in_anything_that_the_system_wrote(
    travelled: World, tmp_path: Path
) -> None:
    world, planted = travelled, Planted()
    crowd = world.people.candidates(CROWD)
    for start in range(0, CROWD, 500):
        world.admit(crowd[start : start + 500])
    operator = world.operator
    wave = f"/waves/{world.wave()}"
    operator.post(f"{wave}/admission-files", bodies.file_of(crowd[:50]))
    world.exclude([person["nik"] for person in world.people.candidates(50)])
    for person in crowd[:10]:
        nik = person["nik"]
        for path in (f"/cards/{nik}", f"/quotas?wave_id={nik}", f"/courses?q={nik[:6]} {nik[6:]}"):
            world.public.call("GET", path, headers={"User-Agent": nik, "X-Request-Id": nik})
        operator.call("POST", f"{wave}/admissions", body={nik: nik}, key=nik)
    planted.plant(secret for secret in world.people.private if re.fullmatch("[0-9]{16}", secret))
    assert len(planted.numbers) >= 3 * CROWD
    for what, text in _everything_written(world):
        assert planted.found(text) == set(), what
    (tmp_path / "log").write_text(f'{{"what": "NIK {crowd[0]["nik"]}"}}', encoding="utf-8")
    assert planted.found((tmp_path / "log").read_text(encoding="utf-8")) == {crowd[0]["nik"]}


def _everything_written(world: World) -> Iterator[tuple[str, str]]:
    """Yield whatever the processes wrote, counted or publish: databases, index, logs, measures, journals, reports."""
    for service, places in world.system.databases.items():
        yield f"the database of {service}", at_rest(places.owner)
    for file in sorted(world.system.folder.rglob("*")):
        if file.is_file() and not file.name.endswith(".env") and "postgres" not in str(file):
            yield str(file), file.read_bytes().decode("latin-1")
    yield from logs_of(world)
    for process in ("gateway-metrics", *SERVICES, *WORKERS):
        yield f"the measures of {process}", _measures(world, process)
    for journal in SERVICES:
        yield f"the journal of {journal}", str(world.journal(journal))
    for path in TOLD:
        answer = world.auditor.call("GET", path)
        assert answer.status_code == 200, answer.text
        yield path, answer.text
    for path in AS_CSV:
        yield f"{path} as CSV", world.auditor.get(path, accept="text/csv").text
