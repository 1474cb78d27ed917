"""Whose things are: how far each role reaches. Whatever belongs to somebody is read and changed by this rule alone.

A role that is not named here reaches nothing, so that a new one has to be let in on purpose.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from vocabulary.regions import present_code
from vocabulary.roles import AUDITOR, HOLDER, OFFICER, OPERATOR, PROVIDER

_READ_EVERYTHING = frozenset({OPERATOR, AUDITOR})
_ACT_ON_EVERYTHING = frozenset({OPERATOR})


class Caller(Protocol):
    """Who asks, as the credential says, and what the credential is bound to."""

    @property
    def role(self) -> str: ...

    @property
    def card(self) -> str | None: ...

    @property
    def provider(self) -> str | None: ...

    @property
    def region(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Reach:
    """Everything, or what is one card's, one provider's or one region's; by default nothing."""

    everything: bool = False
    card_ref: str | None = None
    provider_id: str | None = None
    region: str | None = None

    def has_enrolment(self, *, card_ref: str, provider_id: str) -> bool:
        """Tell whether an enrolment is within it: its card's, or its provider's."""
        return self.everything or self.card_ref == card_ref or self.provider_id == provider_id

    def has_class(self, *, provider_id: str) -> bool:
        """Tell whether a class is within it: its provider's."""
        return self.everything or self.provider_id == provider_id

    def has_card(self, *, region: str) -> bool:
        """Tell whether somebody who assists may deal with a card; a province holds its regencies."""
        if self.everything:
            return True
        return self.region is not None and (
            region == self.region or region.startswith(f"{self.region}.")
        )


def reach_to_read(caller: Caller) -> Reach:
    """Return what a caller may read."""
    return _reach(caller, of_everything=_READ_EVERYTHING)


def reach_to_act(caller: Caller) -> Reach:
    """Return what a caller may change, or do something with."""
    return _reach(caller, of_everything=_ACT_ON_EVERYTHING)


def _reach(caller: Caller, *, of_everything: frozenset[str]) -> Reach:
    if caller.role in of_everything:
        return Reach(everything=True)
    if caller.role == HOLDER:
        return Reach(card_ref=caller.card)
    if caller.role == PROVIDER:
        return Reach(provider_id=caller.provider)
    if caller.role == OFFICER:
        # A token may still name a code that was abolished since the office got its account.
        return Reach(region=None if caller.region is None else present_code(caller.region))
    return Reach()
