"""What is wrong with the quotas of a wave as a table: one that stands twice, a missing region, a sum that is off.

Quotas cross scheme, region and cluster, so that several count the same card. Where the parts of a quota stand in the
table too, such as all regencies of its province, they have to come to what it says itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from services.enrolment.domain.programme.card import Scheme
from services.enrolment.domain.programme.quota import Quota, Reach
from vocabulary.regions import PROVINCES, regencies_of


class PartsBy(StrEnum):
    """Into what a quota is parted by others; not into clusters, since a card may have none."""

    REGION = "region"
    SCHEME = "scheme"


@dataclass(frozen=True, slots=True)
class MissingRegions:
    """Regions without a quota of a scheme and cluster, while others of the same province or the country have one."""

    scheme: Scheme | None
    cluster: str | None
    within: str | None
    regions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SumDiffers:
    """A quota whose parts come to another number of places, or of used ones; `difference` is the sum less its own."""

    quota_id: str
    parts_by: PartsBy
    number: str
    stated: int
    sum: int

    @property
    def difference(self) -> int:
        """Return the sum of the parts less what the quota says."""
        return self.sum - self.stated


@dataclass(frozen=True, slots=True)
class QuotaTableCheck:
    """What was found. `repeated` are ids of quotas that count exactly the same, together."""

    repeated: tuple[tuple[str, ...], ...]
    missing: tuple[MissingRegions, ...]
    differences: tuple[SumDiffers, ...]

    def of_targets(self) -> QuotaTableCheck:
        """Return what was found without what tells how many places are used."""
        targets = tuple(each for each in self.differences if each.number == "places")
        return replace(self, differences=targets)


def check_quota_table(quotas: Sequence[Quota]) -> QuotaTableCheck:
    """Check the quotas of one wave, or those of the programme."""
    by_reach: dict[Reach, list[Quota]] = defaultdict(list)
    for quota in quotas:
        by_reach[quota.reach].append(quota)
    return QuotaTableCheck(
        repeated=tuple(
            tuple(quota.quota_id for quota in alike)
            for alike in by_reach.values()
            if len(alike) > 1
        ),
        missing=tuple(_missing(by_reach)),
        differences=tuple(found for quota in quotas for found in _differences(quota, by_reach)),
    )


def _missing(by_reach: Mapping[Reach, list[Quota]]) -> Iterator[MissingRegions]:
    named: dict[tuple[Scheme | None, str | None, str | None], set[str]] = defaultdict(set)
    for reach in by_reach:
        if reach.region is not None:
            within = reach.region[:2] if "." in reach.region else None
            named[reach.scheme, reach.cluster, within].add(reach.region)
    for (scheme, cluster, within), regions in named.items():
        absent = tuple(code for code in _parts_of(within) if code not in regions)
        if absent:
            yield MissingRegions(scheme, cluster, within, absent)


def _differences(whole: Quota, by_reach: Mapping[Reach, list[Quota]]) -> Iterator[SumDiffers]:
    for by, reaches in _partings(whole.reach):
        parts = [quota for reach in reaches for quota in by_reach.get(reach, ())]
        complete = all(reach in by_reach for reach in reaches)
        for number in ("places", "used"):
            stated = getattr(whole, number)
            numbers = [getattr(part, number) for part in parts]
            if not parts or stated is None or None in numbers:
                continue
            # Where some parts have no quota, those that have one may come to less, but to no more.
            if sum(numbers) > stated or (complete and sum(numbers) != stated):
                yield SumDiffers(whole.quota_id, by, number, stated, sum(numbers))


def _partings(reach: Reach) -> Iterator[tuple[PartsBy, list[Reach]]]:
    """Yield what a reach falls into."""
    if reach.region is None or reach.region in PROVINCES:
        yield PartsBy.REGION, [replace(reach, region=code) for code in _parts_of(reach.region)]
    if reach.scheme is None:
        yield PartsBy.SCHEME, [replace(reach, scheme=scheme) for scheme in Scheme]


def _parts_of(region: str | None) -> tuple[str, ...]:
    """Return the provinces of the country, or the regencies of a province."""
    if region is None:
        return tuple(PROVINCES)
    return tuple(regency.code for regency in regencies_of(region))
