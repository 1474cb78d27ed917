"""What somebody typed, as a query over the texts. No character in it is an operator."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tantivy import Occur, Query, Schema, Searcher

from services.catalog.search import schema as fields
from services.catalog.search.text.noise import is_of_every_course, telling
from services.catalog.search.text.stems import stems
from services.catalog.search.text.terms import loan_term
from services.catalog.search.text.thesaurus import alike, phrases_in
from services.catalog.search.text.typos import may_be_mistyped, one_slip_away
from services.catalog.search.text.words import code, codes_in, words

MOST_WORDS = 12
"""Words of a query that count."""


@dataclass(frozen=True, slots=True)
class Weights:
    """How much a word counts for where it stands (each field), and for how it was found (everything else)."""

    title: float = 3.0
    subject: float = 1.0
    body: float = 0.6
    provider_name: float = 0.6
    loan: float = 0.5
    meaning: float = 0.6
    completed: float = 0.5
    mistyped: float = 0.7
    part: float = 0.5
    of_every_course: float = 0.2
    code: float = 20.0
    several_fields: float = 0.3
    several_ways: float = 0.1


WEIGHTS = Weights()
_SHORTEST_PREFIX = 3
_COMPLETIONS = 12
_CORRECTIONS = 3
_SHORTEST_PART = 3


class TextQueries:
    """Makes queries for one state of the index: words that nobody used cost nothing."""

    def __init__(self, schema: Schema, searcher: Searcher, weights: Weights = WEIGHTS) -> None:
        self._schema = schema
        self._searcher = searcher
        self._weights = weights
        self._boosts = {
            fields.TITLE: weights.title,
            fields.SUBJECT: weights.subject,
            fields.BODY: weights.body,
            fields.PROVIDER_NAME: weights.provider_name,
        }

    def query(self, text: str) -> Query:
        """Make the query for a text; one without a word that stands anywhere finds nothing.

        Found is what has a code, or one of the more telling half of the words; the others only bring it further up.
        """
        typed = telling(words(text)[:MOST_WORDS])
        sought = [(word, query) for word in typed if (query := self._word(word)) is not None]
        sought.sort(key=lambda pair: (is_of_every_course(pair[0]), self._breadth(pair[1])))
        half = -(-len(sought) // 2)
        needed = [query for _, query in sought[:half]]
        for start, end in phrases_in(typed):
            needed += self._meanings(typed[start:end])
        needed += self._codes(text)
        if not needed:
            return Query.empty_query()
        helpful = [(Occur.Should, query) for _, query in sought[half:]]
        return Query.boolean_query([(Occur.Must, _any(needed)), *helpful])

    def _breadth(self, query: Query) -> int:
        found: Any = self._searcher.search(query, 1)
        return int(found.count)

    def _codes(self, text: str) -> list[Query]:
        """Look for codes as they are written, and for what begins like one."""
        wanted: dict[str, None] = dict.fromkeys(codes_in(text))
        whole = code(text)
        if any(c.isdigit() for c in whole):
            wanted[whole] = None
        found: list[Query] = []
        for written in wanted:
            known = self._searcher.terms_with_prefix(fields.CODES, written, limit=50)
            names = [name for name, _ in known] if len(written) > 4 else [written]
            if names:
                among = Query.term_set_query(self._schema, fields.CODES, names)
                found.append(Query.const_score_query(among, self._weights.code))
        return found

    def _word(self, word: str) -> Query | None:
        weights = self._weights
        ways = list(self._forms(word, 1.0))
        ways += self._meanings((word,))
        known = self._searcher.doc_freq(fields.WORDS, word) > 0
        ways += [
            way
            for other in self._completions(word)
            for way in self._stems(other, weights.completed)
        ]
        if not known and not ways:
            ways += [
                way
                for other in self._corrections(word)
                for way in self._forms(other, weights.mistyped)
            ]
        if not known and not ways:
            ways += [way for part in self._parts(word) for way in self._stems(part, weights.part)]
        best = self._best(ways)
        if best is None or not is_of_every_course(word):
            return best
        return Query.boost_query(best, weights.of_every_course)

    def _forms(self, word: str, weight: float) -> Iterator[Query]:
        """Yield the word itself and what it shares with its spelling in the other language."""
        yield from self._stems(word, weight)
        shared = loan_term(word)
        if shared is not None:
            yield from self._term(shared, weight * self._weights.loan)

    def _stems(self, word: str, weight: float) -> Iterator[Query]:
        for stem in stems(word):
            yield from self._term(stem, weight)

    def _meanings(self, phrase: Sequence[str]) -> list[Query]:
        found = []
        for other in alike(phrase):
            query = self._all_of(other, self._weights.meaning)
            if query is not None:
                found.append(query)
        return found

    def _all_of(self, phrase: Sequence[str], weight: float) -> Query | None:
        """Look for all words of a phrase; each is worth its share."""
        each = [self._best(list(self._stems(word, weight / len(phrase)))) for word in phrase]
        known = [query for query in each if query is not None]
        if len(known) < len(phrase):
            return None
        return (
            known[0] if len(known) == 1 else Query.boolean_query([(Occur.Must, q) for q in known])
        )

    def _completions(self, word: str) -> Iterable[str]:
        if len(word) < _SHORTEST_PREFIX:
            return ()
        known = self._searcher.terms_with_prefix(fields.WORDS, word, limit=_COMPLETIONS)
        return [other for other, _ in known if other != word]

    def _corrections(self, word: str) -> Iterable[str]:
        if not may_be_mistyped(word):
            return ()
        used = {other: self._used(other) for other in set(one_slip_away(word))}
        likely = sorted(
            (other for other, count in used.items() if count), key=lambda o: (-used[o], o)
        )
        return likely[:_CORRECTIONS]

    def _parts(self, word: str) -> Iterable[str]:
        """Take a word that nobody used apart, at either end: the longest part that somebody used."""
        for length in range(len(word) - 1, _SHORTEST_PART - 1, -1):
            known = [p for p in (word[:length], word[-length:]) if self._used(p)]
            if known:
                return known
        return ()

    def _used(self, word: str) -> int:
        return self._searcher.doc_freq(fields.WORDS, word)

    def _term(self, term: str, weight: float) -> Iterator[Query]:
        """Yield the query for a term in whichever field it stands, if it stands in any."""
        found = [
            Query.boost_query(Query.term_query(self._schema, field, term, "freq"), boost * weight)
            for field, boost in self._boosts.items()
            if self._searcher.doc_freq(field, term)
        ]
        if found:
            yield Query.disjunction_max_query(found, self._weights.several_fields)

    def _best(self, ways: list[Query]) -> Query | None:
        if not ways:
            return None
        if len(ways) == 1:
            return ways[0]
        return Query.disjunction_max_query(ways, self._weights.several_ways)


def _any(queries: Sequence[Query]) -> Query:
    return Query.boolean_query([(Occur.Should, query) for query in queries])
