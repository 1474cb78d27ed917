"""What became of the rows of a file, as it is told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from services.enrolment.use_cases.programme.read_admission_file import JudgedRow

RESULT_COLUMNS = ("line", "card_number", "admission_id", "code", "detail", "quota_id")


def told_results(chunks: Iterable[list[JudgedRow]]) -> Iterator[list[dict[str, Any]]]:
    """Yield what is told of each row, chunk by chunk."""
    for chunk in chunks:
        yield [_row(judged) for judged in chunk]


def _row(judged: JudgedRow) -> dict[str, Any]:
    row = judged.result
    values = (
        row.line,
        row.card_number,
        judged.admission_id,
        row.code,
        row.detail,
        row.quota_id,
    )
    return dict(zip(RESULT_COLUMNS, values, strict=True))
