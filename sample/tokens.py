"""Where the loader's tokens come from: the accounts service of a development installation."""

from sample.token_cache import TokenCache
from services.accounts.development import issue_token


def development_tokens() -> TokenCache:
    """Return tokens of any role and provider; only a development installation makes them."""
    return TokenCache(lambda role, provider_id: issue_token(role=role, provider=provider_id))
