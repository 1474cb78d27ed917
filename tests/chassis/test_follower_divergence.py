"""A follower notices a source that was replaced, restored or has a gap, and applies nothing of it."""

from __future__ import annotations

from typing import Any

import pytest

from chassis.feed_client import FollowerState, SourceDiverged
from chassis.identifiers import random_reference
from chassis.journal import Journal, RecordedEntry
from tests.chassis.following import Following, Source, happen
from tests.chassis.tally import laid_house
from tests.databases import DatabaseMaker


def unchanged(following: Following, state: FollowerState | None, effects: list[int]) -> None:
    with pytest.raises(SourceDiverged):
        following.follower().catch_up()
    assert following.state() == state
    assert following.effects() == effects


def test_a_source_that_was_replaced_is_noticed_and_nothing_is_skipped(
    source: Source, following: Following, database_maker: DatabaseMaker
) -> None:
    happen(source, 3)
    following.follower().catch_up()
    state, original = following.state(), source.house
    with laid_house(database_maker.empty("sqlite", "chassis")) as other:
        source.house = other
        unchanged(following, state, [1, 2, 3])
        happen(source, 5)
        unchanged(following, state, [1, 2, 3])
    source.house = original
    happen(source, 1)
    assert following.follower().catch_up() == 1


def test_a_source_restored_from_a_backup_is_noticed_even_under_its_old_epoch(
    source: Source, following: Following, database_maker: DatabaseMaker
) -> None:
    epoch = random_reference()
    with laid_house(database_maker.empty("sqlite", "chassis"), epoch=epoch) as before:
        source.house = before
        happen(source, 3)
        following.follower().catch_up()
        state = following.state()
    with laid_house(database_maker.empty("sqlite", "chassis"), epoch=epoch) as restored:
        source.house = restored
        happen(source, 2)
        unchanged(following, state, [1, 2, 3])  # shorter than what was followed
        happen(source, 3, kind="happened-otherwise")
        unchanged(following, state, [1, 2, 3])  # longer, and with another third entry


def test_a_feed_with_a_gap_is_refused_and_nothing_of_it_applied(
    source: Source, following: Following, monkeypatch: pytest.MonkeyPatch
) -> None:
    happen(source, 1)
    following.follower().catch_up()
    state = following.state()
    happen(source, 3)
    whole = Journal.read

    def with_a_gap(*args: Any, **kwargs: Any) -> list[RecordedEntry]:
        return [entry for entry in whole(*args, **kwargs) if entry.position != 3]

    with monkeypatch.context() as patched:
        patched.setattr(Journal, "read", with_a_gap)
        unchanged(following, state, [1])
    assert following.follower().catch_up() == 3
