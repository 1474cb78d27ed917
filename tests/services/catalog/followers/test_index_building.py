"""An index that several processes build in parts: the same as one process builds, and in use only as a whole."""

from __future__ import annotations

import json

import pytest

from services.catalog.search.folder import is_whole
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
    monkeypatch.setattr("services.catalog.followers.index_building.build_part", cannot_be_built)
    follower = follower_on(catalog.database, catalog.search_index, builders=2)
    with pytest.raises(OSError, match="No space left"):
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


def cannot_be_built(*_: object) -> None:
    """Fail as a part does for which there is no room on the disk."""
    raise OSError("No space left on device")
