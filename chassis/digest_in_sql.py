"""SHA-256 of a text that a column keeps, in SQL for both databases."""

from __future__ import annotations

import hashlib
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

SQLITE_FUNCTION = "sha256_of_text"
"""What connections to SQLite are given, which has none of its own."""


def sha256_of_text(text: str | None) -> str | None:
    """Return the SHA-256 of a text in hexadecimal; None of None."""
    return None if text is None else hashlib.sha256(text.encode()).hexdigest()


class _Digest(FunctionElement[str]):
    """The SHA-256 of a text; SQL's null of null."""

    type = sa.Text()
    inherit_cache = True


@compiles(_Digest, "postgresql")
def _on_postgresql(digest: _Digest, compiler: SQLCompiler, **options: Any) -> str:
    text = compiler.process(digest.clauses, **options)
    return f"encode(sha256(convert_to({text}, 'UTF8')), 'hex')"


@compiles(_Digest, "sqlite")
def _on_sqlite(digest: _Digest, compiler: SQLCompiler, **options: Any) -> str:
    return f"{SQLITE_FUNCTION}({compiler.process(digest.clauses, **options)})"


def digest_of(text: sa.ColumnElement[str]) -> sa.ColumnElement[str]:
    """Return the SHA-256 of a text, in hexadecimal."""
    return _Digest(text)
