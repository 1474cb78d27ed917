"""Who is on a list that is in force, and what that means for somebody who is to be awarded a card."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from services.enrolment.domain.programme.check import Check
from vocabulary.refusals.exclusion import Excluded
from vocabulary.rule_set import RuleSet


@dataclass(frozen=True, slots=True)
class Listings:
    """The lists in force, as the number of each by its group, and of some people the groups on whose lists they are.

    People are told apart by the digests of their NIKs.
    """

    numbers: Mapping[str, int] = field(default_factory=dict)
    groups: Mapping[str, Collection[str]] = field(default_factory=dict)

    def of(self, nik_digest: str) -> Sequence[str]:
        """Return the groups on whose lists somebody is."""
        return sorted(self.groups.get(nik_digest, ()))

    def judging(self, rules: RuleSet) -> dict[str, int]:
        """Return the numbers of the lists by which a card is judged, by their groups."""
        return {
            group: self.numbers[group]
            for group in sorted(self.numbers)
            if group in rules.excluded_groups
        }


def not_excluded(nik_digest: str, listings: Listings, rules: RuleSet) -> Check:
    """Check that somebody is on no list of a group that the rules refuse a card."""
    listed = listings.of(nik_digest)
    compared = {"listed": list(listed), "excluded_groups": list(rules.excluded_groups)}
    refusing = [group for group in listed if group in rules.excluded_groups]
    if not refusing:
        return Check("exclusion", compared)
    return Check("exclusion", compared, _refusal(refusing, listings))


def _refusal(groups: Sequence[str], listings: Listings) -> Excluded:
    named = ", ".join(groups)
    lists = ", ".join(
        f"{group} {listings.numbers[group]}" for group in groups if group in listings.numbers
    )
    detail = f"The rules refuse a card to: {named}." + (f" Listed in: {lists}." if lists else "")
    return Excluded(f"{detail} {Excluded.default_detail}", facts={"groups": named, "lists": lists})
