"""An index that several processes build in parts: the same as one process builds, and in use only as a whole."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from chassis.clock import utc_now
from chassis.database import Database
from services.catalog.followers.index_building import PartNotBuilt, _build_all, _Part
from services.catalog.search.folder import is_whole
from services.catalog.search.parts import folder_of_part
from tests.services.catalog.client import Catalog, follower_on, made
from tests.services.catalog.followers.test_search import generation, shown


@pytest.mark.parametrize("builders", [2, 3])
def test_an_index_built_in_parts_by_several_processes_is_the_same(
    catalog: Catalog, provider_id: str, monkeypatch: pytest.MonkeyPatch, builders: int
) -> None:
    monkeypatch.setattr("services.catalog.followers.index_building.LEAST_IN_A_PART", 2)
    courses = [catalog.course(provider_id) for _ in range(7)]
    follower = follower_on(catalog.database, catalog.search_index, builders=builders)
    follower.catch_up()
    built = generation(catalog)
    assert is_whole(built)
    assert [each for each in built.iterdir() if each.is_dir()] == []
    assert len(json.loads((built / "meta.json").read_bytes())["segments"]) == builders
    listed = made(catalog.client.get("/api/v1/courses"))["items"]
    assert [item["id"] for item in listed] == courses[::-1]
    more = catalog.course(provider_id)
    catalog.decide(courses[0], "archived")
    follower.catch_up()
    assert shown(catalog) == {*courses[1:], more}
    follower.close()


def test_where_a_part_cannot_be_built_the_index_in_use_goes_on(
    catalog: Catalog, provider_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.catalog.followers.index_building.LEAST_IN_A_PART", 1)
    courses = {catalog.course(provider_id) for _ in range(4)}
    follower = follower_on(catalog.database, catalog.search_index)
    follower.catch_up()
    follower.close()
    before = generation(catalog)
    (before / "state.json").unlink()
    monkeypatch.setattr("services.catalog.followers.index_building.folder_of_part", no_folder)
    follower = follower_on(catalog.database, catalog.search_index, builders=2)
    with pytest.raises(PartNotBuilt, match="part-1"):
        follower.catch_up()
    assert generation(catalog) == before
    assert shown(catalog) == courses
    monkeypatch.undo()
    follower.catch_up()
    follower.close()
    assert generation(catalog) != before
    assert [each.name for each in catalog.search_index.glob("generation-*")] == [
        generation(catalog).name
    ]


def test_as_many_builders_may_fail_as_there_are(tmp_path: Path) -> None:
    """What each has to say of a database that is away is long: more of it than a pipe takes."""
    parts = [_Part(tmp_path / f"part-{n}", None, None, utc_now()) for n in range(16)]
    for part in parts:
        part.folder.mkdir()
    away = Database("postgresql://somebody:secret@127.0.0.1:1/nowhere")
    with pytest.raises(PartNotBuilt, match="OperationalError"):
        _build_all(parts, away)
    away.dispose()


def no_folder(generation: Path, number: int) -> Path:
    """Tell of a folder for the second part which nobody made."""
    return folder_of_part(generation, number) if number == 0 else generation / f"part-{number}"


def test_builders_end_though_who_started_them_was_killed(
    catalog: Catalog, provider_id: str
) -> None:
    for _ in range(4):
        catalog.course(provider_id)
    address = catalog.database.url.render_as_string(hide_password=False)
    worker = subprocess.Popen(
        [sys.executable, "-c", KILLED_WHILE_BUILDING, address, str(catalog.search_index)],
        start_new_session=True,
    )
    assert worker.wait(60) == -signal.SIGKILL
    deadline = time.monotonic() + 60
    while somebody_is_in_group(worker.pid):
        assert time.monotonic() < deadline, "the builders wait for ever"
        time.sleep(0.1)


KILLED_WHILE_BUILDING = """
import os, signal, sys
from multiprocessing.process import BaseProcess
from pathlib import Path
from chassis.database import Database
from services.catalog.followers import index_building
from tests.services.catalog.client import follower_on

def be_killed(self, timeout=None):
    os.kill(os.getpid(), signal.SIGKILL)

if __name__ == "__main__":
    index_building.LEAST_IN_A_PART = 1
    BaseProcess.join = be_killed
    follower_on(Database(sys.argv[1]), Path(sys.argv[2]), builders=2).catch_up()
"""
"""A worker that is killed as soon as it waits for its builders."""


def somebody_is_in_group(group: int) -> bool:
    """Tell whether a process group has anybody left in it."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True
