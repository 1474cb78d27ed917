"""What somebody typed, as a query over the texts. No character in it is an operator."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tantivy import Occur, Query, Schema, Searcher

from services.catalog.search import schema as fields
from services.catalog.search.queries import any_of, one_of
from services.catalog.search.text.noise import is_of_every_course, telling
from services.catalog.search.text.thesaurus import phrases_in
from services.catalog.search.text.words import code, codes_in, words
from services.catalog.search.word_ways import WEIGHTS, Way, Weights, WordWays, breadth, distinct

FEW = 10
"""Courses; where fewer have one of the more telling words, those that have another one are found beside them."""

_PLENTY = 20 * FEW
"""Where a word is in so many, courses that were taken out lately included, there is no need to count."""

_NUMBER = {"value_count": {"field": fields.MADE}}

MOST_WORDS = 12
"""Words of a query that count."""


@dataclass(frozen=True, slots=True)
class TextQuery:
    """A text as two queries that find the same: `ranked` the best first, `matching` in no order, which is quicker."""

    ranked: Query
    matching: Query


@dataclass(frozen=True, slots=True)
class _Sought:
    """A word, or what stands for several: how good a course is by it, and each way in which it may stand in one."""

    ranked: Query
    ways: Sequence[Way]

    @property
    def used(self) -> int:
        """Return in how many courses it stands at least."""
        return breadth(self.ways)


class TextQueries:
    """Makes queries for one state of the index: words that nobody used cost nothing."""

    def __init__(self, schema: Schema, searcher: Searcher, weights: Weights = WEIGHTS) -> None:
        self._schema = schema
        self._searcher = searcher
        self._weights = weights
        self._ways = WordWays(schema, searcher, weights)

    def query(self, text: str) -> TextQuery:
        """Make the query for a text; one without a word that stands anywhere finds nothing.

        Found is what has a code, or one of the more telling half of the words; the others only bring it further up,
        unless so few are found that they are welcome by themselves.
        """
        typed = telling(words(text)[:MOST_WORDS])
        ways = {word: found for word in typed if (found := self._ways.of(word))}
        telling_first = sorted(
            ways, key=lambda word: (is_of_every_course(word), breadth(ways[word]))
        )
        words_sought = [self._weighed(word, ways[word]) for word in telling_first]
        half = -(-len(words_sought) // 2)
        needed = [*words_sought[:half], *self._phrases(typed), *self._codes(text)]
        helpful = words_sought[half:]
        if not needed:
            return TextQuery(Query.empty_query(), Query.empty_query())
        return self._joined(needed, helpful)

    def _joined(self, needed: Sequence[_Sought], helpful: Sequence[_Sought]) -> TextQuery:
        matching = _matching(needed)
        if helpful and max(each.used for each in needed) < _PLENTY and self._count(matching) < FEW:
            return TextQuery(_ranked([*needed, *helpful]), _matching([*needed, *helpful]))
        brought_up = [(Occur.Should, each.ranked) for each in helpful]
        ranked = Query.boolean_query([(Occur.Must, _ranked(needed)), *brought_up])
        return TextQuery(ranked, matching)

    def _count(self, query: Query) -> int:
        return int(self._searcher.aggregate(query, {"found": _NUMBER})["found"]["value"])

    def _weighed(self, word: str, ways: Sequence[Way]) -> _Sought:
        best = self._ways.best(ways)
        if is_of_every_course(word):
            best = Query.boost_query(best, self._weights.of_every_course)
        return _Sought(best, ways)

    def _phrases(self, typed: Sequence[str]) -> Iterator[_Sought]:
        for start, end in phrases_in(typed):
            for way in self._ways.meanings(typed[start:end]):
                yield _Sought(self._ways.best([way]), [way])

    def _codes(self, text: str) -> Iterator[_Sought]:
        """Look for codes as they are written, and for what begins like one."""
        wanted: dict[str, None] = dict.fromkeys(codes_in(text))
        whole = code(text)
        if any(c.isdigit() for c in whole):
            wanted[whole] = None
        for written in wanted:
            known = self._searcher.terms_with_prefix(fields.CODES, written, limit=50)
            names = [name for name, _ in known] if len(written) > 4 else [written]
            if names:
                among, weight = one_of(self._schema, fields.CODES, names), self._weights.code
                ranked = Query.const_score_query(among, weight)
                yield _Sought(ranked, [Way(("code", written), weight, [ranked], among, 0)])


def _ranked(sought: Sequence[_Sought]) -> Query:
    return any_of([each.ranked for each in sought])


def _matching(sought: Sequence[_Sought]) -> Query:
    ways = distinct(way for each in sought for way in each.ways)
    return any_of([way.matching for way in ways])
