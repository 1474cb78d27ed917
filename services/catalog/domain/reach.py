"""Who sees what is not public: a provider's staff what is its own; operators and auditors what is anybody's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from vocabulary.roles import AUDITOR, OPERATOR, PROVIDER


class Caller(Protocol):
    """Who asks, as the credential says, and what the credential is bound to."""

    @property
    def role(self) -> str: ...

    @property
    def provider(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Reach:
    """Everything, or what is one provider's; by default nothing but what is public.

    `contacts` says whether that includes addresses of persons: auditors do not need them.
    """

    everything: bool = False
    provider_id: str | None = None
    contacts: bool = False

    def has(self, provider_id: str) -> bool:
        """Tell whether what is not public of a provider is within it."""
        return self.everything or self.provider_id == provider_id


def reach_to_read(caller: Caller | None) -> Reach:
    """Return what a caller sees beyond what is public; None stands for somebody without a token."""
    if caller is None:
        return Reach()
    if caller.role in (OPERATOR, AUDITOR):
        return Reach(everything=True, contacts=caller.role == OPERATOR)
    if caller.role == PROVIDER:
        return Reach(provider_id=caller.provider, contacts=True)
    return Reach()
