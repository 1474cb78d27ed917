"""Quotas: how many cards may be held of a wave, a scheme, a region and a cluster, any of them left open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

from services.enrolment.domain.programme.card import CardState, Scheme
from vocabulary.rule_set import RuleSet

HOLDS_NO_PLACE = frozenset({CardState.EXPIRED, CardState.WITHDRAWN})
"""A card in one of these states has given its place back, since nobody had its benefit; every other one keeps it."""


@dataclass(frozen=True, slots=True)
class Place:
    """What a card takes its places under; it is counted where it was awarded, also after its holder moved."""

    scheme: Scheme
    region: str
    cluster: str | None


@dataclass(frozen=True, slots=True)
class Reach:
    """Which cards a quota counts; None stands for all: of both schemes, of everywhere, of whatever cluster."""

    scheme: Scheme | None = None
    region: str | None = None
    cluster: str | None = None


@dataclass(frozen=True, slots=True)
class Quota:
    """So many places, and how many of them cards hold. Without a wave it is one of the whole programme.

    `places` may be lower than what is used: lowering takes no card from anybody. None is no limit. `set_for` is the
    region's code as it was when the quota was set: where that one was abolished since, the quota counts its successor.
    """

    quota_id: str
    wave_id: str | None
    reach: Reach
    places: int | None
    used: int
    set_for: str | None = None

    @property
    def left(self) -> int | None:
        """Return how many places are free; None where there is no limit."""
        return None if self.places is None else max(0, self.places - self.used)

    @property
    def is_overdrawn(self) -> bool:
        """Tell whether more cards hold a place than there are now, since the places were lowered."""
        return self.places is not None and self.used > self.places


def under_rules(quotas: Iterable[Quota], rules: RuleSet) -> list[Quota]:
    """Give the programme's own quotas the places that the rules in force name; a wave's have theirs."""
    of_scheme = {Scheme.DIGITAL: rules.digital_cards, Scheme.OFFLINE: rules.offline_cards}
    return [
        replace(quota, places=of_scheme[quota.reach.scheme])
        if quota.wave_id is None and quota.reach.scheme is not None
        else quota
        for quota in quotas
    ]


class Allotment:
    """The quotas that an award counts in, while candidates are judged one after another."""

    def __init__(self, quotas: Iterable[Quota]) -> None:
        self._quotas: dict[tuple[bool, Reach], list[Quota]] = {}
        for quota in (
            quotas
        ):  # two count alike where a code was abolished and its successor had a quota, too
            self._quotas.setdefault((quota.wave_id is None, quota.reach), []).append(quota)
        self._taken: Counter[str] = Counter()
        self._counting: dict[Place, list[Quota]] = {}

    def counting(self, place: Place) -> list[Quota]:
        """Return the quotas that count a place, with what was taken since: the programme's, then the wider first."""
        return [
            replace(each, used=each.used + self._taken[each.quota_id])
            for each in self._quotas_of(place)
        ]

    def _quotas_of(self, place: Place) -> list[Quota]:
        """Return the quotas that count a place as they were; many candidates come from the same one."""
        found = self._counting.get(place)
        if found is None:
            found = self._counting[place] = self._look_up(place)
        return found

    def _look_up(self, place: Place) -> list[Quota]:
        regions = (None, place.region[:2], place.region)
        reaches = product({None: 0, place.scheme: 0}, regions, {None: 0, place.cluster: 0})
        found = [
            quota
            for reach in reaches
            for of_programme in (True, False)
            for quota in self._quotas.get((of_programme, Reach(*reach)), ())
        ]
        return sorted(found, key=lambda each: each.wave_id is not None)

    def take(self, place: Place, *, cards: int = 1) -> None:
        """Count a place as taken, by so many cards, in every quota that counts it."""
        for quota in self._quotas_of(place):
            self._taken[quota.quota_id] += cards

    @property
    def taken(self) -> Mapping[str, int]:
        """Return how many places were taken, by quota."""
        return self._taken


def taken_by(quotas: Sequence[Quota], places: Mapping[Place, int]) -> Mapping[str, int]:
    """Return how many of the cards at these places each quota counts, by its id; one that counts none is left out."""
    allotment = Allotment(quotas)
    for place, cards in places.items():
        allotment.take(place, cards=cards)
    return allotment.taken
