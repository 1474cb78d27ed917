"""The search beside a hundred thousand courses: in the service, through the gateway, and how soon a course is found."""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

import requests

from chassis.database import Database
from deploy.local.place import search_index
from tests.bench.catalogue import (
    build_index,
    fill_catalogue,
    median_of,
    percentile,
    search_latencies,
)
from tests.bench.figures import Figures
from tests.bench.load import run_load
from tests.bench.memory import family, pss_megabytes
from tests.running_system import RunningSystem

CLIENTS = 32
_LISTS = (
    "",
    "mode=online",
    "mode=offline",
    "region=17",
    "sort=price",
    "track=skilling&has_seats=true",
)
_LATEST = 60.0


def measure_search(system: RunningSystem, figures: Figures, *, seconds: int) -> None:
    """Fill the catalogue behind the system's back, build its index a few times, and search."""
    courses = int(os.environ.get("COURSES", "100000"))
    database = Database(system.databases["catalog"].application)
    fill_catalogue(database, courses=courses)
    with tempfile.TemporaryDirectory(prefix="bench-search-") as name:
        folders = (Path(name) / str(number) for number in itertools.count())
        built = median_of(3, lambda: build_index(database, next(folders)))
        figures.add(f"search: index of {courses:,} courses built, s", built)
        latencies = search_latencies(Path(name) / "0", searches=1_000)
    database.dispose()
    for share, label in ((0.5, "p50"), (0.99, "p99")):
        figures.add(
            f"search: page, total and facets in the service, {label}, ms",
            percentile(latencies, share) * 1000,
        )
    _let_the_worker_build(system)
    figures.add("search: the catalogue's worker, MB PSS", _memory(system, "catalog-worker"))
    _measure_lists(system, figures, seconds=seconds)
    figures.add("search: the catalogue's web process, MB PSS", _memory(system, "catalog"))


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


def _measure_lists(system: RunningSystem, figures: Figures, *, seconds: int) -> None:
    parts = urlsplit(system.address)
    address = (str(parts.hostname), int(parts.port or 80))
    plain = [_request(address, query, None) for query in _LISTS]
    load = run_load(address, itertools.cycle(plain), clients=CLIENTS, seconds=seconds)
    figures.add("search: lists of 50 through the gateway, whole, a second", load.per_second(200))
    validated = [_request(address, query, _etag(system, query)) for query in _LISTS]
    load = run_load(address, itertools.cycle(validated), clients=CLIENTS, seconds=seconds)
    figures.add(
        "search: lists of 50 through the gateway, unchanged, a second", load.per_second(304)
    )


def _etag(system: RunningSystem, query: str) -> str:
    answer = requests.get(f"{system.address}/api/v1/courses?{query}", timeout=30)
    return answer.headers["ETag"]


def _request(address: tuple[str, int], query: str, etag: str | None) -> bytes:
    validator = "" if etag is None else f"If-None-Match: {etag}\r\n"
    target = f"/api/v1/courses?{query}" if query else "/api/v1/courses"
    return f"GET {target} HTTP/1.1\r\nHost: {address[0]}:{address[1]}\r\n{validator}\r\n".encode()


def _memory(system: RunningSystem, process: str) -> float:
    return sum(map(pss_megabytes, family([system.supervisor.find(process).child.pid])))
