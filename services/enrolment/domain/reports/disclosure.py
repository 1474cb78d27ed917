"""What the public may see of counts: none below `SMALL` but nothing, nor what would let one be worked out.

Who took part in a small place can be known by name there, so small counts are shown as `<5`. That alone hides little:
next to a total and the other rows, a single hidden one is a subtraction away. So as many further rows of a group that
adds up to a known sum are hidden as it takes for the sum to leave each small count at least two possible values.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

SMALL = 5
BELOW = f"<{SMALL}"
"""Shown for a count from 1 to 4, or for a zero that hides one."""

MONEY_STEP = 100_000_000
"""Rupiah to which the public's sums are rounded. Prices are public: an exact sum beside exact counts would be an
equation for each hidden one, and the four people at most behind it cannot have cost half of this."""

AT_LEAST = f">={SMALL}"
"""Shown for a larger count that hides a small one."""

Shown = int | str


def shown(
    counts: Mapping[str, int], *, also: Collection[str] = (), sum_is_hidden: bool = False
) -> dict[str, Shown]:
    """Return what the public sees of the counts of one group, whose sum it is taken to know.

    `also` are codes to be hidden whatever they count: those whose larger count is hidden, of which this one is a part
    and would be a bound. `sum_is_hidden` is for a group whose sum is hidden elsewhere: something of it is hidden, or it
    could be added up.
    """
    hidden = {code for code, count in counts.items() if 0 < count < SMALL or code in also}
    others = sorted(counts.keys() - hidden, key=lambda code: (not counts[code], counts[code], code))
    if sum_is_hidden and others and not hidden:
        hidden.add(others.pop(0))
    while hidden and others and not _is_ambiguous([counts[code] for code in hidden]):
        hidden.add(others.pop(0))
    return {
        code: (BELOW if count < SMALL else AT_LEAST) if code in hidden else count
        for code, count in counts.items()
    }


def hidden_in(seen: Mapping[str, Shown]) -> set[str]:
    """Return the codes whose counts are hidden."""
    return {code for code, value in seen.items() if isinstance(value, str)}


def roughly(amount: int) -> int:
    """Return a sum of money as the public sees it: so rough that no few people's prices can be told from it."""
    return round(amount / MONEY_STEP) * MONEY_STEP


def shown_in_groups(
    counts: Mapping[str, int],
    *,
    group_of: Callable[[str], str],
    sums: Mapping[str, Shown],
    also: Collection[str] = (),
) -> dict[str, Shown]:
    """Return what the public sees of counts in groups, of each of which it sees the sum."""
    groups: dict[str, dict[str, int]] = {}
    for code, count in counts.items():
        groups.setdefault(group_of(code), {})[code] = count
    seen: dict[str, Shown] = {}
    for group, members in groups.items():
        seen |= shown(members, also=also, sum_is_hidden=isinstance(sums[group], str))
    return seen


def _is_ambiguous(hidden: Collection[int]) -> bool:
    """Tell whether counts of which the labels and the sum are known may be others than they are."""
    small = [count for count in hidden if count < SMALL]
    least = 0 if 0 in small else 1
    spare = sum(hidden) - least * len(small) - SMALL * (len(hidden) - len(small))
    room = (SMALL - 1 - least) * len(small) if len(small) == len(hidden) else spare + 1
    return len(hidden) > 1 and 0 < spare < room
