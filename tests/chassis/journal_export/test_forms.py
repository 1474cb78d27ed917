"""The export says what the table says, in every form, and neither skips nor repeats."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from chassis.clock import read_instant, write_instant
from chassis.csv_cells import safe_cell
from chassis.journal import RecordedEntry
from chassis.observability import request_id_from
from chassis.problems import Unauthenticated
from chassis.written_rows import CSV, JSON_LINES
from tests.chassis.journal_export.exported import (
    BEGAN,
    CLASSES,
    ENTRIES,
    JSON,
    Query,
    get,
    positions_in,
)
from tests.chassis.tally import JOURNAL, TallyHouse, size_of
from tests.tokens import token, verifier


def recorded(house: TallyHouse) -> list[RecordedEntry]:
    with house.database.reading() as connection:
        return house.journal.read(connection, after=0, limit=10_000)


def expected(house: TallyHouse, query: Query) -> list[RecordedEntry]:
    """Choose entries as the contract says, one by one."""
    region = str(query.get("region", ""))
    chosen = [
        entry
        for entry in recorded(house)
        if entry.position > int(query.get("after", 0))
        and query.get("kind") in (None, entry.kind)
        and query.get("class_id") in (None, entry.subjects["class_id"])
        and (
            not region
            or entry.subjects["region"] == region
            or ("." not in region and (entry.subjects["region"] or "").startswith(region + "."))
        )
        and ("from" not in query or entry.recorded_at >= read_instant(str(query["from"])))
        and ("to" not in query or entry.recorded_at < read_instant(str(query["to"])))
    ]
    return chosen[: int(query.get("limit", len(chosen)))]


QUERIES: list[dict[str, str | int]] = [
    {},
    {"after": ENTRIES},
    {"after": ENTRIES - 1},
    {"after": 10**15},
    {"after": 13, "limit": 20},
    {"limit": 1},
    {"limit": 7},
    {"limit": 10_000_000},
    {"kind": "rare-thing"},
    {"kind": "never-happened"},
    {"kind": "seat-taken", "limit": 9},
    {"class_id": CLASSES[0]},
    {"class_id": "01930000-0000-7000-8000-00000000000d"},
    {"region": "17"},
    {"region": "17.71"},
    {"region": "71"},
    {"region": "11.10"},
    {"from": write_instant(BEGAN + timedelta(minutes=40))},
    {"to": write_instant(BEGAN + timedelta(minutes=20))},
    {
        "from": write_instant(BEGAN + timedelta(minutes=10)),
        "to": write_instant(BEGAN + timedelta(minutes=50)),
        "kind": "seat-given",
        "region": "17",
        "class_id": CLASSES[1],
        "after": 5,
    },
]


@pytest.mark.parametrize("query", QUERIES, ids=str)
def test_all_forms_agree_entry_by_entry_with_the_table_and_with_each_other(
    log: TallyHouse, client: FlaskClient, query: Query
) -> None:
    entries = expected(log, query)
    document = get(client, query)
    assert document.content_type == JSON
    assert [json.dumps(item) for item in document.json["items"]] == [
        json.dumps(json.loads(entry.leaf())) for entry in entries
    ]
    lines = get(client, query, JSON_LINES)
    assert lines.content_type == JSON_LINES
    assert lines.data == b"".join(entry.leaf() + b"\n" for entry in entries)
    table = get(client, query, CSV)
    assert table.content_type == "text/csv; charset=utf-8"
    header, *rows = csv.reader(io.StringIO(table.data.decode(), newline=""))
    assert header == [column.name for column in JOURNAL.entry.c]
    assert [said_by(dict(zip(header, row, strict=True))) for row in rows] == [
        json.loads(entry.leaf()) for entry in entries
    ]


def said_by(row: dict[str, str]) -> dict[str, Any]:
    """Read a row of CSV as the entry it stands for; an empty cell is a null."""
    return {name: value or None for name, value in row.items()} | {
        "position": int(row["position"]),
        "body": json.loads(row["body"]),
    }


def test_the_queries_above_tell_the_entries_apart(log: TallyHouse) -> None:
    found = [len(expected(log, query)) for query in QUERIES]
    assert min(found) == 0
    assert found[0] == size_of(log)
    assert len(set(found)) > 8
    assert len(expected(log, {"region": "17"})) > len(expected(log, {"region": "17.71"})) > 0


@pytest.mark.parametrize("media_type", [JSON, JSON_LINES, CSV])
@pytest.mark.parametrize("limit", [1, 5, 7, 8])
@pytest.mark.parametrize("kind", [None, "seat-taken"])
def test_a_walk_by_limit_and_cursor_neither_skips_nor_repeats(
    log: TallyHouse, client: FlaskClient, media_type: str, limit: int, kind: str | None
) -> None:
    chosen: dict[str, str | int] = {"kind": kind} if kind else {}
    walked: list[int] = []
    where: dict[str, str | int] | None = {"after": 0}
    while where is not None:
        page = get(client, {**chosen, **where, "limit": limit}, media_type)
        positions = positions_in(page.data, media_type)
        walked += positions
        if media_type == JSON:
            cursor = page.json["next_cursor"]
            where = {"cursor": cursor} if cursor else None
        else:
            where = {"after": positions[-1]} if len(positions) == limit else None
    assert walked == [entry.position for entry in expected(log, chosen)]


def test_a_cursor_goes_on_where_the_page_ended_as_in_every_other_list(client: FlaskClient) -> None:
    first = get(client, {"limit": 2}).json
    by_cursor = get(client, {"limit": 2, "cursor": first["next_cursor"]})
    by_position = get(client, {"limit": 2, "after": first["items"][-1]["position"]})
    assert by_cursor.data == by_position.data
    assert positions_in(by_cursor.data, JSON) == [3, 4]


def test_there_is_a_cursor_only_where_a_limit_cut_the_answer(
    log: TallyHouse, client: FlaskClient
) -> None:
    size = size_of(log)
    assert get(client, {}).json["next_cursor"] is None
    assert get(client, {"limit": size + 1}).json["next_cursor"] is None
    assert get(client, {"limit": size - 1}).json["next_cursor"] is not None


def test_every_cell_is_safe_for_a_spreadsheet_as_it_stands(client: FlaskClient) -> None:
    table = get(client, {}, CSV).data.decode()
    for row in csv.reader(io.StringIO(table, newline="")):
        assert [safe_cell(cell) for cell in row] == row


@pytest.mark.parametrize("start", list("=+-@\t\r\n＝＋－＠"))
def test_what_comes_from_callers_cannot_begin_as_a_formula_does(start: str) -> None:
    with pytest.raises(Unauthenticated):
        verifier().verify(token(subject=start + "accounts"))
    request_id = request_id_from(start + "0123456789")
    assert safe_cell(request_id) == request_id
    assert request_id[0].isascii()
    assert request_id[0].isalnum()
