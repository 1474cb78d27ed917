"""The search beside a hundred thousand courses: in the service, through the gateway, and how soon a course is found."""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

import requests

from chassis.database import Database
from deploy.local.place import search_index
from tests.bench.catalogue import (
    build_index,
    fill_catalogue,
    percentile,
    search_paths,
    search_times,
)
from tests.bench.figures import Figures
from tests.bench.load import run_load
from tests.bench.memory import family, pss_megabytes
from tests.bench.pace import slowness
from tests.bench.processor import processor_seconds
from tests.running_system import RunningSystem

CLIENTS = 32
SEARCHES = 1_000
_COURSES = (
    "/courses",
    "/courses?mode=online",
    "/courses?mode=offline",
    "/courses?region=17",
    "/courses?sort=price",
    "/courses?track=skilling&has_seats=true",
)
_CLASSES = ("/classes", "/classes?mode=online", "/classes?region=17", "/classes?has_seats=true")
_LATEST = 600.0


def measure_search(system: RunningSystem, figures: Figures, *, rounds: int, seconds: int) -> None:
    """Fill the catalogue behind the system's back, build its index a few times, and search."""
    courses = int(os.environ.get("COURSES", "100000"))
    database = Database(system.databases["catalog"].application)
    fill_catalogue(database, courses=courses)
    figures.add("search_courses", courses)
    with tempfile.TemporaryDirectory(prefix="bench-search-") as name:
        folders = (Path(name) / str(number) for number in itertools.count())
        for _ in range(min(rounds, 3)):
            figures.add("slowness of the machine before a rebuild", slowness())
            built = build_index(database, next(folders))
            figures.add("rebuild_seconds", built.clock)
            figures.add("rebuild_processor_seconds", built.processor)
        before = slowness()
        took = search_times(Path(name) / "0", searches=SEARCHES)
    database.dispose()
    figures.add("slowness of the machine meanwhile", (before + slowness()) / 2)
    _add_percentiles(figures, "search", [each.clock for each in took])
    _add_percentiles(figures, "search_processor", [each.processor for each in took])
    _let_the_worker_build(system)
    figures.add("search: the catalogue's worker, MB PSS", _memory(system, "catalog-worker"))
    _measure_through_the_gateway(system, figures, seconds=seconds)
    for name, paths in (("list", (*_COURSES, *_CLASSES)), ("class_list", _CLASSES)):
        _measure_lists(system, figures, name, paths, seconds=seconds)
    figures.add("search: the catalogue's web process, MB PSS", _memory(system, "catalog"))
    figures.add("load of the machine", os.getloadavg()[0])


def _add_percentiles(figures: Figures, name: str, latencies: list[float]) -> None:
    for share, label in ((0.5, "p50"), (0.99, "p99")):
        figures.add(f"{name}_{label}_ms", percentile(latencies, share) * 1000)


def _measure_through_the_gateway(system: RunningSystem, figures: Figures, *, seconds: int) -> None:
    """Ask what nobody asked before, as quickly as it is answered, and then at half that rate."""
    address = _address(system)
    requests_made = (_request(address, path, None) for path in search_paths())
    most = run_load(address, requests_made, clients=CLIENTS, seconds=seconds)
    figures.add("search_gateway_rate", most.per_second(200))
    half = most.per_second(200) / 2
    load = run_load(address, requests_made, clients=CLIENTS, seconds=seconds, rate=half)
    _add_percentiles(figures, "search_gateway", load.latencies)


def _let_the_worker_build(system: RunningSystem) -> None:
    """Take the index away, as rows that came behind the journal's back are told by nothing else."""
    running = system.supervisor.find("catalog-worker")
    running.child.terminate()
    running.child.wait(timeout=_LATEST)
    shutil.rmtree(search_index(system.folder, system.dialect))
    system.restart("catalog-worker")
    until = time.monotonic() + _LATEST
    while _total(system) == 0:
        if time.monotonic() > until:
            raise RuntimeError("the worker built no index")
        time.sleep(0.2)


def _total(system: RunningSystem) -> int:
    answer = requests.get(f"{system.address}/api/v1/courses?limit=1", timeout=30)
    return int(answer.json()["total"]) if answer.ok else 0


def _measure_lists(
    system: RunningSystem, figures: Figures, name: str, paths: Sequence[str], *, seconds: int
) -> None:
    """Ask for lists of 50, whole, and then whether they are what one has."""
    address = _address(system)
    processes = family([system.supervisor.find(each).child.pid for each in ("gateway", "catalog")])
    whole = [_request(address, path, None) for path in paths]
    unchanged = [_request(address, path, _etag(system, path)) for path in paths]
    for key, status, prepared in ((name, 200, whole), (f"{name}_304", 304, unchanged)):
        before = processor_seconds(processes)
        load = run_load(address, itertools.cycle(prepared), clients=CLIENTS, seconds=seconds)
        took = processor_seconds(processes) - before
        figures.add(f"{key}_rate", load.per_second(status))
        figures.add(f"{key}_processor_ms", took * 1000 / max(load.statuses[status], 1))


def _address(system: RunningSystem) -> tuple[str, int]:
    parts = urlsplit(system.address)
    return str(parts.hostname), int(parts.port or 80)


def _etag(system: RunningSystem, path: str) -> str:
    answer = requests.get(f"{system.address}/api/v1{path}", timeout=30)
    if "ETag" not in answer.headers:
        raise RuntimeError(f"{path} has no ETag: {answer.status_code} {answer.text[:300]}")
    return answer.headers["ETag"]


def _request(address: tuple[str, int], path: str, etag: str | None) -> bytes:
    validator = "" if etag is None else f"If-None-Match: {etag}\r\n"
    host = f"{address[0]}:{address[1]}"
    return f"GET /api/v1{path} HTTP/1.1\r\nHost: {host}\r\n{validator}\r\n".encode()


def _memory(system: RunningSystem, process: str) -> float:
    return sum(map(pss_megabytes, family([system.supervisor.find(process).child.pid])))
