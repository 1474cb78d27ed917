"""Apply as a provider."""

from __future__ import annotations

from services.catalog.domain.happenings import provider_happening
from services.catalog.domain.names import check_letters
from services.catalog.domain.providers import Provider
from services.catalog.storage.providers import add_provider
from services.catalog.use_cases.shared.writing import Writing


def apply_as_provider(writing: Writing, provider: Provider) -> Provider:
    """Save an institution that wants to become a provider.

    Raises `ProviderNameTaken`, and `ValidationFailed` for a name in letters that look like others.
    """
    check_letters(provider.name)
    add_provider(writing.connection, provider)
    writing.tell([provider_happening("applied", provider)])
    return provider
