"""What somebody typed, as a query over the texts. No character in it is an operator."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from tantivy import Occur, Query, Schema, Searcher

from services.catalog.search import schema as fields
from services.catalog.search.aggregations import NUMBER
from services.catalog.search.queries import all_of, any_of
from services.catalog.search.text.noise import is_of_every_course, telling
from services.catalog.search.text.stems import stems
from services.catalog.search.text.terms import loan_term
from services.catalog.search.text.thesaurus import alike, phrases_in
from services.catalog.search.text.typos import may_be_mistyped, one_slip_away
from services.catalog.search.text.words import code, codes_in, words

FEW = 10
"""Courses; where fewer have one of the more telling words, those that have another one are found beside them."""

_PLENTY = 20 * FEW
"""Where a word is in so many, courses that were taken out lately included, there is no need to count."""

MOST_WORDS = 12
"""Words of a query that count."""


@dataclass(frozen=True, slots=True)
class Weights:
    """How much a word counts: in a title beside elsewhere, and for how it was found (everything else)."""

    title: float = 3.0
    loan: float = 0.5
    meaning: float = 0.6
    completed: float = 1.0
    mistyped: float = 0.7
    part: float = 0.5
    of_every_course: float = 0.2
    code: float = 20.0
    several_ways: float = 0.1


WEIGHTS = Weights()


@dataclass(frozen=True, slots=True)
class TextQuery:
    """A text as two queries that find the same: `ranked` the best first, `matching` in no order, which is quicker."""

    ranked: Query
    matching: Query


@dataclass(frozen=True, slots=True)
class _Way:
    """One way in which a word may stand in a course, what that is worth, and in how many courses it does.

    `ranked` are queries for the places where it may stand, the best of which counts; `matching` finds all of them.
    `key` is the same for ways that are one: a stem and a meaning may lead to the same term.
    """

    key: Hashable
    weight: float
    ranked: Sequence[Query]
    matching: Query
    used: int


@dataclass(frozen=True, slots=True)
class _Sought:
    """A word, or what stands for several: how good a course is by it, each way in which it may stand in one, and in how
    many it does at least."""

    ranked: Query
    matching: Sequence[Query]
    used: int = 0


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

    def query(self, text: str) -> TextQuery:
        """Make the query for a text; one without a word that stands anywhere finds nothing.

        Found is what has a code, or one of the more telling half of the words; the others only bring it further up,
        unless so few are found that they are welcome by themselves.
        """
        typed = telling(words(text)[:MOST_WORDS])
        ways = {word: found for word in typed if (found := self._ways(word))}
        telling_first = sorted(
            ways, key=lambda word: (is_of_every_course(word), _breadth(ways[word]))
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
        return int(self._searcher.aggregate(query, {"found": NUMBER})["found"]["value"])

    def _weighed(self, word: str, ways: Sequence[_Way]) -> _Sought:
        best = self._best(ways)
        if is_of_every_course(word):
            best = Query.boost_query(best, self._weights.of_every_course)
        return _Sought(best, [way.matching for way in ways], _breadth(ways))

    def _phrases(self, typed: Sequence[str]) -> Iterator[_Sought]:
        for start, end in phrases_in(typed):
            for way in self._meanings(typed[start:end]):
                yield _Sought(self._best([way]), [way.matching], way.used)

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
                among = Query.term_set_query(self._schema, fields.CODES, names)
                yield _Sought(Query.const_score_query(among, self._weights.code), [among])

    def _ways(self, word: str) -> list[_Way]:
        """Find the ways in which a word stands in courses; the less likely ones only where there is no other."""
        weights = self._weights
        ways = [*self._forms(word, 1.0), *self._meanings((word,)), *self._begun(word)]
        if not ways:
            for other in self._corrections(word):
                ways += self._forms(other, weights.mistyped)
                ways += self._meanings((other,))
        if not ways:
            for part in self._parts(word):
                ways += self._stems(part, weights.part)
        return _distinct(ways)

    def _forms(self, word: str, weight: float) -> list[_Way]:
        """Look for the word itself and for what it shares with its spelling in the other language."""
        shared = loan_term(word)
        spelt = [] if shared is None else self._term(shared, weight * self._weights.loan)
        return [*self._stems(word, weight), *spelt]

    def _stems(self, word: str, weight: float) -> list[_Way]:
        return [way for stem in stems(word) for way in self._term(stem, weight)]

    def _meanings(self, phrase: Sequence[str]) -> list[_Way]:
        found = (self._all_of(other, self._weights.meaning) for other in alike(phrase))
        return [way for ways in found for way in ways]

    def _all_of(self, phrase: Sequence[str], weight: float) -> list[_Way]:
        """Look for all words of a phrase; each is worth its share."""
        each = [self._stems(word, weight / len(phrase)) for word in phrase]
        if len(each) == 1:
            return each[0]
        if not all(each):
            return []
        ranked = Query.boolean_query([(Occur.Must, self._best(ways)) for ways in each])
        matching = all_of([any_of([way.matching for way in ways]) for ways in each])
        return [_Way(tuple(phrase), weight, [ranked], matching, min(map(_breadth, each)))]

    def _begun(self, word: str) -> list[_Way]:
        """Look for words that begin like this one, which may not be finished."""
        others = list(self._completions(word))
        if not others:
            return []
        among = Query.term_set_query(self._schema, fields.WORDS, others)
        weight = self._weights.completed
        ranked = Query.const_score_query(among, weight)
        return [_Way(f"{word}*", weight, [ranked], among, sum(map(self._used, others)))]

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

    def _term(self, term: str, weight: float) -> list[_Way]:
        """Look for a term in texts, where it counts the more if it stands in the title."""
        used = self._searcher.doc_freq(fields.TEXT, term)
        if not used:
            return []
        anywhere = Query.term_query(self._schema, fields.TEXT, term, "freq")
        ranked = [Query.boost_query(anywhere, weight)]
        if self._searcher.doc_freq(fields.TITLE, term):
            in_title = Query.term_query(self._schema, fields.TITLE, term, "freq")
            ranked.append(Query.boost_query(in_title, weight * self._weights.title))
        return [_Way(term, weight, ranked, anywhere, used)]

    def _best(self, ways: Sequence[_Way]) -> Query:
        ranked = [query for way in ways for query in way.ranked]
        if len(ranked) == 1:
            return ranked[0]
        return Query.disjunction_max_query(ranked, self._weights.several_ways)


def _breadth(ways: Sequence[_Way]) -> int:
    """Return in how many courses a word stands at least, in one way or another."""
    return max(way.used for way in ways)


def _distinct(ways: Iterable[_Way]) -> list[_Way]:
    """Leave of ways that are one the one that is worth most."""
    best: dict[Hashable, _Way] = {}
    for way in ways:
        if way.key not in best or way.weight > best[way.key].weight:
            best[way.key] = way
    return list(best.values())


def _ranked(sought: Sequence[_Sought]) -> Query:
    return any_of([each.ranked for each in sought])


def _matching(sought: Sequence[_Sought]) -> Query:
    return any_of([way for each in sought for way in each.matching])
