"""Members of JSON that a column keeps as text, in SQL for both databases."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from chassis.column_types import Identifier


class _Member(FunctionElement[str]):
    """The member of a document as text; SQL's null where it is absent or null."""

    type = sa.Text()
    inherit_cache = True


@compiles(_Member, "postgresql")
def _on_postgresql(member: _Member, compiler: SQLCompiler, **options: Any) -> str:
    document, name = (compiler.process(part, **options) for part in member.clauses)
    return f"(cast({document} as json) ->> {name})"


@compiles(_Member, "sqlite")
def _on_sqlite(member: _Member, compiler: SQLCompiler, **options: Any) -> str:
    document, name = (compiler.process(part, **options) for part in member.clauses)
    return f"json_extract({document}, '$.' || {name})"


def text_in(document: sa.ColumnElement[str], name: str) -> sa.ColumnElement[str]:
    """Return a member as text. `name` is a plain word of ours, never a caller's."""
    return _Member(document, sa.literal_column(f"'{name}'"))


def whole_in(document: sa.ColumnElement[str], name: str) -> sa.ColumnElement[int]:
    """Return a member as a whole number."""
    return sa.cast(text_in(document, name), sa.BigInteger)


def identifier_in(document: sa.ColumnElement[str], name: str) -> sa.ColumnElement[str]:
    """Return a member as an identifier, by which rows are found in their index."""
    return sa.cast(text_in(document, name), Identifier)
