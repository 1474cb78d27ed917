"""What became of the rows of a file, as it is shown."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Response

from chassis.written_rows import answer_with_rows
from services.enrolment.use_cases.programme.read_admission_file import JudgedRow

_COLUMNS = ("line", "card_number", "admission_id", "code", "detail", "quota_id", "rule_version")


def answer_with_results(chunks: Iterable[list[JudgedRow]], media_type: str) -> Response:
    """Answer with results in the media type, a block for each chunk."""
    return answer_with_rows((list(map(_row, chunk)) for chunk in chunks), _COLUMNS, media_type)


def _row(judged: JudgedRow) -> dict[str, Any]:
    row = judged.result
    values = (
        row.line,
        row.card_number,
        judged.admission_id,
        row.code,
        row.detail,
        row.quota_id,
        judged.rule_version,
    )
    return dict(zip(_COLUMNS, values, strict=True))
