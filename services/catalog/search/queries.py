"""Queries made of queries."""

from __future__ import annotations

from collections.abc import Sequence

from tantivy import Occur, Query


def all_of(queries: Sequence[Query]) -> Query:
    """Want every one of some queries; of none, anything."""
    if not queries:
        return Query.all_query()
    return queries[0] if len(queries) == 1 else _joined(Occur.Must, queries)


def any_of(queries: Sequence[Query]) -> Query:
    """Want at least one of some queries; of none, nothing."""
    if not queries:
        return Query.empty_query()
    return queries[0] if len(queries) == 1 else _joined(Occur.Should, queries)


def _joined(occur: Occur, queries: Sequence[Query]) -> Query:
    return Query.boolean_query([(occur, query) for query in queries])
