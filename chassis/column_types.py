"""Column types that mean the same on both databases."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.types import TypeEngine

from chassis.clock import read_instant, write_instant


class Instant(sa.types.TypeDecorator[datetime]):
    """An aware instant: `timestamptz` on PostgreSQL, sortable RFC 3339 text on SQLite."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(sa.String(27))
        return dialect.type_descriptor(sa.DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        return write_instant(value) if value is not None and dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, _: Dialect) -> datetime | None:
        return read_instant(value) if isinstance(value, str) else value


class Identifier(sa.types.TypeDecorator[str]):
    """A UUID, in Python always its canonical text: `uuid` on PostgreSQL, text on SQLite."""

    impl = sa.String(36)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(sa.String(36))
        return dialect.type_descriptor(postgresql.UUID(as_uuid=False))
