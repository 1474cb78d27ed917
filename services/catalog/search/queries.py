"""Queries made of queries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tantivy import Occur, Query, Schema


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


def one_of(schema: Schema, field: str, values: Iterable[str]) -> Query:
    """Want one of a few values of a field that says no more than that a value is there.

    Tantivy's own query for a set of values looks through all there are.
    """
    return any_of([Query.term_query(schema, field, value, "basic") for value in values])


def _joined(occur: Occur, queries: Sequence[Query]) -> Query:
    return Query.boolean_query([(occur, query) for query in queries])
