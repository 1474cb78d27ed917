"""The log's export beside `COPY`: two million entries through the gateway, and what that costs in memory."""

from __future__ import annotations

import http.client
import time
from collections.abc import Sequence
from dataclasses import dataclass

import psycopg

from tests.bench.memory import family, pss_megabytes

_BLOCK = 1_048_576
_FILL = """
with head as (update journal_head set size = size + %(count)s returning size, recorded_at),
     numbers as (select generate_series(size - %(count)s + 1, size) as n, recorded_at from head)
insert into journal_entry
    (position, recorded_at, kind, actor, role, request_id, rule_version, class_id, provider_id, card_ref, region, body)
select n, recorded_at, 'enrolment-confirmed', 'development:holder', 'holder', gen_random_uuid()::text, '2023-01',
       gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), '32.73',
       '{"balance":3400000,"card_state":"in_training","enrolment_id":"' || gen_random_uuid()::text
       || '","held":' || n || ',"movement_id":"' || gen_random_uuid()::text || '","price":100000}'
  from numbers
"""


@dataclass(frozen=True)
class ExportFigures:
    """Rows a second through the gateway and from `COPY`, and the most any process grew, in MB."""

    export_rows: float
    copy_rows: float
    rows: int
    megabytes_a_second: float
    growth: float


def fill_journal(server: str, *, entries: int) -> None:
    """Add so many entries such as enrolments leave."""
    with psycopg.connect(server, autocommit=True) as connection:
        for _ in range(0, entries, 100_000):
            connection.execute(_FILL.encode(), {"count": min(100_000, entries)})
        connection.execute("vacuum analyze journal_entry")


def measure_export(
    address: tuple[str, int], token: str, *, server: str, pids: Sequence[int]
) -> ExportFigures:
    """Export the whole journal as CSV through the gateway, then copy the same rows with `COPY`."""
    processes = family(pids)
    before = {pid: pss_megabytes(pid) for pid in processes}
    peak = dict(before)
    began = time.perf_counter()
    rows = size = 0
    connection = http.client.HTTPConnection(*address, timeout=60)
    connection.request(
        "GET",
        "/api/v1/log/entries",
        headers={"Authorization": f"Bearer {token}", "Accept": "text/csv"},
    )
    answer = connection.getresponse()
    looked_at = began
    while block := answer.read(_BLOCK):
        rows += block.count(b"\n")
        size += len(block)
        if time.perf_counter() - looked_at > 1:
            looked_at = time.perf_counter()
            for pid in processes:
                peak[pid] = max(peak[pid], pss_megabytes(pid))
    export_seconds = time.perf_counter() - began
    return ExportFigures(
        export_rows=(rows - 1) / export_seconds,
        copy_rows=_copy_rows(server),
        rows=rows - 1,
        megabytes_a_second=size / export_seconds / 1e6,
        growth=max(peak[pid] - before[pid] for pid in processes),
    )


def _copy_rows(server: str) -> float:
    began = time.perf_counter()
    rows = 0
    with (
        psycopg.connect(server) as connection,
        connection.cursor() as cursor,
        cursor.copy("copy journal_entry to stdout with (format csv)") as copy,
    ):
        for block in copy:
            rows += bytes(block).count(b"\n")
    return rows / (time.perf_counter() - began)
