"""The export says what the table says, in every form, in short ranges that neither skip nor repeat nor stay open."""

from __future__ import annotations

import csv
import io
import json
import random
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from chassis import journal_export
from chassis.clock import read_instant, write_instant
from chassis.csv_cells import safe_cell
from chassis.identifiers import new_id
from chassis.journal import Entry, RecordedEntry
from chassis.journal_export import CSV, JSON_LINES, Code, LogFilter, export, log_endpoints
from chassis.observability import request_id_from
from chassis.pagination import Place
from chassis.problems import Unauthenticated
from chassis.web import build_app
from tests.chassis.tally import JOURNAL, TallyHouse, size_of
from tests.tokens import bearer, token, verifier

JSON = "application/json"
ENTRIES = 60
CLASSES = [f"01930000-0000-7000-8000-00000000000{digit}" for digit in "abc"]
REGIONS = ["17", "17.71", "17.01", "71.17", "11.10", None]
BEGAN = datetime(2026, 11, 22, 8, tzinfo=UTC)
WHOLE = LogFilter(
    place=Place("all", None), after=0, limit=None, kind=None, subjects={}, since=None, until=None
)
Query = Mapping[str, str | int]


@pytest.fixture(scope="module")
def log(tally: TallyHouse) -> TallyHouse:
    """The small service with entries of several kinds, classes and regions, a minute apart."""
    dice = random.Random(1)
    for number in range(ENTRIES):
        entry = Entry(
            kind="rare-thing"
            if number == ENTRIES - 2
            else dice.choice(["seat-taken", "seat-given"]),
            actor=f"accounts|{number}",
            role="operator",
            request_id=f"request-{number}",
            subjects={"class_id": dice.choice([*CLASSES, None]), "region": dice.choice(REGIONS)},
            body={"number": number, "said": 'Baris "satu",\nbaris dua; é 🎓', "none": None},
            rule_version=dice.choice(["2023-01", None]),
        )
        append(tally, entry, minutes=number)
    return tally


def append(house: TallyHouse, entry: Entry, *, minutes: int = 0) -> None:
    house.transactions.run(
        lambda connection: house.journal.append(
            connection, [entry], now=BEGAN + timedelta(minutes=minutes)
        )
    )


@pytest.fixture(autouse=True)
def short_ranges(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a range be short, so that there are many more entries than it holds."""
    monkeypatch.setattr(journal_export, "ROWS_A_RANGE", 7)
    monkeypatch.setattr(journal_export, "WINDOW", 20)


@pytest.fixture
def client(log: TallyHouse) -> FlaskClient:
    return build_app(
        "tally",
        endpoints=log_endpoints(
            "tally", JOURNAL, code=Code(region_code, form={}), allow=("auditor",)
        ),
        house=log,
        verifier=verifier(),
        checks={},
    ).test_client()


def region_code(value: str) -> str:
    if value not in REGIONS and value != "71":
        raise ValueError("Send a code that is used here.")
    return value


def get(client: FlaskClient, query: Query, media_type: str = JSON, role: str = "auditor") -> Any:
    headers = {**bearer(role=role), "Accept": media_type}
    return client.get("/api/v1/log/entries", query_string=query, headers=headers)


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


def positions_in(data: bytes, media_type: str) -> list[int]:
    if media_type == JSON:
        return [item["position"] for item in json.loads(data)["items"]]
    if media_type == JSON_LINES:
        return [json.loads(line)["position"] for line in data.splitlines()]
    return [int(row["position"]) for row in csv.DictReader(io.StringIO(data.decode(), newline=""))]


def test_there_is_a_cursor_only_where_a_limit_cut_the_answer(
    log: TallyHouse, client: FlaskClient
) -> None:
    size = size_of(log)
    assert get(client, {}).json["next_cursor"] is None
    assert get(client, {"limit": size + 1}).json["next_cursor"] is None
    assert get(client, {"limit": size - 1}).json["next_cursor"] is not None


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


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"journal": "enrolment"}, "/journal"),
        ({"after": "-1"}, "/after"),
        ({"after": "1e3"}, "/after"),
        ({"limit": "0"}, "/limit"),
        ({"limit": "10000001"}, "/limit"),
        ({"after": "9" * 17}, "/after"),
        ({"after": ""}, "/after"),
        ({"limit": ""}, "/limit"),
        ({"limit": "9" * 400}, "/limit"),
        ({"cursor": ""}, "/cursor"),
        ({"cursor": "12"}, "/cursor"),
        ({"cursor": Place("all", None).cursor("12")}, "/cursor"),
        ({"kind": "seat_%"}, "/kind"),
        ({"kind": "seat-stolen"}, "/kind"),
        ({"kind": ""}, "/kind"),
        ({"journal": ""}, "/journal"),
        ({"region": "99"}, "/region"),
        ({"region": ""}, "/region"),
        ({"region": "1"}, "/region"),
        ({"region": "11.1"}, "/region"),
        ({"region": "١٧"}, "/region"),
        ({"class_id": "' or 1=1 --"}, "/class_id"),
        ({"class_id": CLASSES[0].upper()}, "/class_id"),
        ({"class_id": ""}, "/class_id"),
        ({"from": "2026-11-22T08:00:00Z", "to": "2026-11-22T08:00:00Z"}, "/to"),
        ({"from": "2026-11-22"}, "/from"),
        ({"to": "2026-11-31T00:00:00Z"}, "/to"),
        ({"card": "1"}, "/card"),
    ],
    ids=str,
)
def test_a_query_that_is_not_understood_is_refused_by_name(
    client: FlaskClient, query: Query, field: str
) -> None:
    refused = get(client, query)
    assert refused.status_code == 422
    assert [error["pointer"] for error in refused.json["errors"]] == [field]


def test_two_places_to_go_on_from_are_refused_by_both_names(client: FlaskClient) -> None:
    cursor = get(client, {"limit": 2}).json["next_cursor"]
    refused = get(client, {"limit": 2, "cursor": cursor, "after": 0})
    assert refused.status_code == 422
    assert {error["pointer"] for error in refused.json["errors"]} == {"/after", "/cursor"}


def test_a_cursor_of_a_log_that_was_filtered_otherwise_is_refused(client: FlaskClient) -> None:
    cursor = get(client, {"limit": 2, "region": "17"}).json["next_cursor"]
    assert get(client, {"region": "17", "cursor": cursor}).status_code == 200
    for other in ({}, {"region": "17.71"}, {"region": "17", "kind": "seat-taken"}):
        refused = get(client, {**other, "cursor": cursor})
        assert [error["pointer"] for error in refused.json["errors"]] == ["/cursor"]


def test_a_parameter_that_stands_twice_is_refused_by_name(client: FlaskClient) -> None:
    headers = bearer(role="auditor")
    refused = client.get("/api/v1/log/entries?after=1&after=2", headers=headers)
    assert refused.json is not None
    assert [error["pointer"] for error in refused.json["errors"]] == ["/after"]


def test_the_journal_may_be_named(client: FlaskClient) -> None:
    assert get(client, {"journal": "tally", "limit": 1}).status_code == 200


def test_only_those_who_may_read_the_log_can(client: FlaskClient) -> None:
    assert get(client, {}, role="operator").status_code == 403
    assert client.get("/api/v1/log/entries").status_code == 401
    assert get(client, {}, media_type="text/html").status_code == 406
