"""The export is read in short ranges, between which nothing stays open."""

from __future__ import annotations

from itertools import islice

import pytest
import sqlalchemy as sa

from chassis.identifiers import new_id
from chassis.journal import Entry
from chassis.journal_export import export
from chassis.written_rows import CSV, JSON_LINES
from tests.chassis.journal_export.exported import (
    ENTRIES,
    JSON,
    WHOLE,
    append,
)
from tests.chassis.tally import TallyHouse, size_of


@pytest.mark.parametrize("media_type", [JSON, JSON_LINES, CSV])
def test_nothing_is_open_while_a_slow_reader_is_waited_for(
    log: TallyHouse, media_type: str
) -> None:
    blocks = export(log.database, log.journal, WHOLE, media_type)
    pauses = 0
    for _ in blocks:
        assert log.database.engine.pool.checkedout() == 0  # type: ignore[attr-defined]
        assert transactions_of_others(log) == 0
        pauses += 1
    assert pauses > ENTRIES / 7


def transactions_of_others(house: TallyHouse) -> int:
    if house.database.dialect == "sqlite":
        return 0  # what is checked out of the pool is all there is
    with house.database.reading() as connection:
        found: int = connection.execute(
            sa.text(
                "select count(*) from pg_stat_activity where datname = current_database()"
                " and pid <> pg_backend_pid() and xact_start is not null"
            )
        ).scalar_one()
    return found


@pytest.mark.parametrize("media_type", [JSON, JSON_LINES, CSV])
def test_no_block_holds_more_than_a_range(log: TallyHouse, media_type: str) -> None:
    blocks = list(export(log.database, log.journal, WHOLE, media_type))
    assert max(block.count(b"request-") for block in blocks) == 7
    assert sum(block.count(b"request-") for block in blocks) == size_of(log)


@pytest.mark.parametrize("media_type", [JSON, JSON_LINES, CSV])
def test_what_happens_after_the_export_began_is_not_in_it(log: TallyHouse, media_type: str) -> None:
    late = f"request-{new_id()}"
    blocks = export(log.database, log.journal, WHOLE, media_type)
    begun = list(islice(blocks, 2))
    append(log, Entry("late", "test:clerk", "operator", late, {}, {}))
    assert late.encode() not in b"".join([*begun, *blocks])
    assert late.encode() in b"".join(export(log.database, log.journal, WHOLE, media_type))
