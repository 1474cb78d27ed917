"""Decide on a provider."""

from __future__ import annotations

from chassis.problems import NotFound
from services.catalog.domain.happenings import provider_happening
from services.catalog.domain.providers import Provider, ProviderStatus, decide
from services.catalog.storage.holding import Hold
from services.catalog.storage.providers import find_provider, save_provider
from services.catalog.use_cases.shared.writing import Writing


def decide_on_provider(
    writing: Writing, provider_id: str, *, decision: ProviderStatus, reason: str
) -> Provider:
    """Approve or refuse an applicant, suspend a provider, or lift that.

    Raises `NotFound`, `StateConflict` where it stands so that this cannot be decided, and `ProviderNameTaken` where one
    that applied before names had to differ is to be approved under the name of another.
    """
    provider = find_provider(writing.connection, provider_id, hold=Hold.ALONE)
    if provider is None:
        raise NotFound
    decided = decide(provider, decision, reason=reason)
    save_provider(writing.connection, decided)
    writing.tell([provider_happening(decision, decided)])
    return decided
