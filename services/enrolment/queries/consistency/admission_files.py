"""Files of candidates: those admitted, by the admissions that name the file."""

from __future__ import annotations

import sqlalchemy as sa

from services.enrolment.queries.consistency.comparison import Comparison, Pair, value
from services.enrolment.storage.tables.files import ADMISSION_FILE
from services.enrolment.storage.tables.programme import ADMISSION

A, F = ADMISSION.c, ADMISSION_FILE.c

ADMISSION_FILES = Comparison(
    "admission_files",
    F.file_id,
    (
        Pair(
            "admitted from a file, by its admissions",
            F.admitted,
            value(
                sa.func.coalesce(sa.func.sum(A.cards), 0),
                A.file_id == F.file_id,
                of=ADMISSION_FILE,
            ),
        ),
    ),
    at_once=50,  # a file has up to two thousand admissions
)
