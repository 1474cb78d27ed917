"""The ways in which a word may stand in courses: as it is, by its stem, by its meaning, unfinished or mistyped."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

from tantivy import Query, Schema, Searcher

from services.catalog.search import schema as fields
from services.catalog.search.queries import all_of, any_of, one_of
from services.catalog.search.text.stems import stems
from services.catalog.search.text.terms import loan_term
from services.catalog.search.text.thesaurus import alike
from services.catalog.search.text.typos import may_be_mistyped, one_slip_away

_SHORTEST_PREFIX = 3
_COMPLETIONS = 12
_CORRECTIONS = 3
_SHORTEST_PART = 3


@dataclass(frozen=True, slots=True)
class Weights:
    """How much a word counts: in a title beside elsewhere, and for how it was found (everything else)."""

    title: float = 3.0
    loan: float = 0.5
    meaning: float = 0.6
    phrase: float = 6.0
    completed: float = 1.0
    mistyped: float = 0.7
    part: float = 0.5
    of_every_course: float = 0.2
    code: float = 20.0
    several_ways: float = 0.1


WEIGHTS = Weights()


@dataclass(frozen=True, slots=True)
class Way:
    """One way in which a word may stand in a course, what that is worth, and in how many courses it does.

    `ranked` are queries for the places where it may stand, the best of which counts; `matching` finds all of them.
    `key` is the same for ways that are one: a stem and a meaning may lead to the same term. Of a phrase, `parts` has
    for each of its words the keys of the ways in which that may stand.
    """

    key: Hashable
    weight: float
    ranked: Sequence[Query]
    matching: Query
    used: int
    parts: Sequence[frozenset[Hashable]] = ()


class WordWays:
    """Finds the ways in which words stand in one state of the index: words that nobody used cost nothing."""

    def __init__(self, schema: Schema, searcher: Searcher, weights: Weights) -> None:
        self._schema = schema
        self._searcher = searcher
        self._weights = weights

    def of(self, word: str) -> list[Way]:
        """Find the ways in which a word stands in courses; the less likely ones only where there is no other."""
        weights = self._weights
        ways = [*self._forms(word, 1.0), *self.meanings((word,)), *self._begun(word)]
        if not ways:
            for other in self._corrections(word):
                ways += self._forms(other, weights.mistyped)
                ways += self.meanings((other,))
        if not ways:
            for part in self._parts(word):
                ways += self._stems(part, weights.part)
        return distinct(ways)

    def meanings(self, phrase: Sequence[str]) -> list[Way]:
        """Find the ways in which what is meant by a phrase stands in courses in other words."""
        found = (self._all_of(other, self._weights.meaning) for other in alike(phrase))
        return [way for ways in found for way in ways]

    def best(self, ways: Sequence[Way]) -> Query:
        """Return the query by which a course is as good as the best of these ways in which it is found."""
        ranked = [query for way in ways for query in way.ranked]
        if len(ranked) == 1:
            return ranked[0]
        return Query.disjunction_max_query(ranked, self._weights.several_ways)

    def _forms(self, word: str, weight: float) -> list[Way]:
        """Look for the word itself and for what it shares with its spelling in the other language."""
        shared = loan_term(word)
        spelt = [] if shared is None else self._term(shared, weight * self._weights.loan)
        return [*self._stems(word, weight), *spelt]

    def _stems(self, word: str, weight: float) -> list[Way]:
        return [way for stem in stems(word) for way in self._term(stem, weight)]

    def _all_of(self, phrase: Sequence[str], weight: float) -> list[Way]:
        """Look for all words of a phrase, which are worth the same wherever they stand."""
        each = [self._stems(word, weight) for word in phrase]
        if len(each) == 1:
            return each[0]
        if not all(each):
            return []
        matching = all_of([any_of([way.matching for way in ways]) for ways in each])
        # To weigh each word of each phrase takes several times as long, and orders no better.
        worth = weight * self._weights.phrase
        ranked = [Query.const_score_query(matching, worth)]
        titles = [
            [query for way in ways if (query := self._in_title(str(way.key)))] for ways in each
        ]
        if all(titles):
            in_title = all_of([any_of(queries) for queries in titles])
            ranked.append(Query.const_score_query(in_title, worth * self._weights.title))
        parts = [frozenset(way.key for way in ways) for ways in each]
        return [Way(tuple(phrase), weight, ranked, matching, min(map(breadth, each)), parts)]

    def _begun(self, word: str) -> list[Way]:
        """Look for words that begin like this one, which may not be finished."""
        others = list(self._completions(word))
        if not others:
            return []
        among = one_of(self._schema, fields.WORDS, others)
        weight = self._weights.completed
        ranked = Query.const_score_query(among, weight)
        return [Way(f"{word}*", weight, [ranked], among, sum(map(self._used, others)))]

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

    def _term(self, term: str, weight: float) -> list[Way]:
        """Look for a term in texts, where it counts the more if it stands in the title."""
        used = self._searcher.doc_freq(fields.TEXT, term)
        if not used:
            return []
        anywhere = Query.term_query(self._schema, fields.TEXT, term, "freq")
        ranked = [Query.boost_query(anywhere, weight)]
        if (in_title := self._in_title(term)) is not None:
            ranked.append(Query.boost_query(in_title, weight * self._weights.title))
        return [Way(term, weight, ranked, anywhere, used)]

    def _in_title(self, term: str) -> Query | None:
        if not self._searcher.doc_freq(fields.TITLE, term):
            return None
        return Query.term_query(self._schema, fields.TITLE, term, "freq")


def breadth(ways: Sequence[Way]) -> int:
    """Return in how many courses a word stands at least, in one way or another."""
    return max(way.used for way in ways)


def distinct(ways: Iterable[Way]) -> list[Way]:
    """Leave of ways that are one the one that is worth most, and no phrase where one of its words is enough."""
    best: dict[Hashable, Way] = {}
    for way in ways:
        if way.key not in best or way.weight > best[way.key].weight:
            best[way.key] = way
    return [way for way in best.values() if not any(part <= best.keys() for part in way.parts)]
