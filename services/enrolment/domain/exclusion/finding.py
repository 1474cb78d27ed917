"""Whether finding the holder of a card on a list opens a case, where there were cases before."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from services.enrolment.domain.exclusion.case import LIVE, CaseState


@dataclass(frozen=True, slots=True)
class EarlierCase:
    """What an earlier case about a card and a group comes to for a new one.

    `list_since` is since when the list that opened it was in force. `ended_listed` says whether the holder was on the
    list in force when it ended; None while it goes on.
    """

    state: CaseState
    list_since: datetime
    ended_listed: bool | None = None


def needs_case(earlier: Collection[EarlierCase], *, absent_since: datetime | None) -> bool:
    """Tell whether finding a holder on a list opens a case.

    It does not where one is going on; nor where one was decided, unless the holder was off the list since then.
    `absent_since` is since when the list was in force in whose place this one came, if the holder was not on it: it has
    to be later than that of the case. A case that ended while the holder was not listed decided nothing.
    """
    if any(case.state in LIVE for case in earlier):
        return False
    decided = [case.list_since for case in earlier if case.ended_listed]
    if not decided:
        return True
    return absent_since is not None and max(decided) < absent_since
