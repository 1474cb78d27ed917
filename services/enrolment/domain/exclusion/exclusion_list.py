"""Lists of people whom the rules refuse a card: versions of each group's list, of which one at most is in force."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from chassis.problems import StateConflict
from vocabulary.refusals.admission import PreviewOutdated

ROWS_A_CHUNK = 500
"""Rows of a file that one transaction keeps; reading and hashing them takes a few milliseconds."""

KEPT_AFTER = timedelta(days=30)
"""How long the digests of a list are kept that is not in force, and not what would be in force in its place."""


class ListState(StrEnum):
    """Where a version of a list stands."""

    AWAITED = "awaited"
    """It is announced; its file is not there."""

    RECEIVING = "receiving"
    READY = "ready"
    """All of it is there; it is not in force."""

    IN_FORCE = "in-force"
    SUPERSEDED = "superseded"
    """It was in force until a later one was."""

    WITHDRAWN = "withdrawn"
    """It was taken back; where it was in force, the one before is again."""


WITHDRAWABLE = (ListState.AWAITED, ListState.READY, ListState.IN_FORCE)


@dataclass(frozen=True, slots=True)
class ExclusionList:
    """A version of a group's list. `follows` is the version that it took the place of.

    `rows` are those of its file: `listed`, or `duplicates` of such, or `refused`.
    """

    list_id: str
    group: str
    number: int
    issuer: str
    as_of: date
    reason: str
    state: ListState = ListState.AWAITED
    rows: int = 0
    listed: int = 0
    duplicates: int = 0
    refused: int = 0
    follows: str | None = None
    forgotten: bool = False

    @property
    def name(self) -> str:
        """Return what it is called in a refusal: its group and its number."""
        return f"{self.group} {self.number}"

    def preview(self, in_force: str | None) -> str:
        """Return what stands for putting exactly this version in force in the place of exactly that one."""
        return hashlib.sha256(f"{self.list_id} {in_force}".encode()).hexdigest()

    def check_file(self) -> None:
        """Raise `StateConflict` where no file is awaited."""
        self._check(ListState.AWAITED)

    def check_receiving(self) -> None:
        """Raise `StateConflict` where its file is not coming, also where it was taken for abandoned meanwhile."""
        self._check(ListState.RECEIVING)

    def check_preview(self) -> None:
        """Raise `StateConflict` where there is nothing to put in force."""
        self._check(ListState.READY)

    def check_activation(self, *, preview: str, in_force: str | None) -> None:
        """Raise `StateConflict` or `PreviewOutdated` unless it can be put in force as it was previewed."""
        self._check(ListState.READY)
        if preview != self.preview(in_force):
            raise PreviewOutdated

    def check_withdrawal(self, before: ExclusionList | None) -> None:
        """Raise `StateConflict` where it cannot be taken back; `before` is what would be in force in its place."""
        self._check(*WITHDRAWABLE)
        if before is not None and before.forgotten:
            raise StateConflict(_FORGOTTEN, facts={"state": "forgotten"})

    def _check(self, *states: ListState) -> None:
        if self.state not in states:
            raise StateConflict(_WHY_NOT[self.state], facts={"state": self.state.value})


_WHY_NOT = {
    ListState.AWAITED: "The file of this list has not come yet. Send it first.",
    ListState.RECEIVING: "The file of this list is coming just now. Wait until all of it is there.",
    ListState.READY: "The file of this list is there already. Announce another version to send another file.",
    ListState.IN_FORCE: "This version is in force already.",
    ListState.SUPERSEDED: "A later version is in force in the place of this one. Import it anew to have it again.",
    ListState.WITHDRAWN: "This version was taken back. Import it anew where that was wrong.",
}
_FORGOTTEN = "The digests of the version before this one are destroyed. Import it anew, and put that in force."
