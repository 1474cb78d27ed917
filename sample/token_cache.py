"""Access tokens kept while they are good."""

from collections.abc import Callable
from threading import Lock

Issue = Callable[[str, str | None], str]


class TokenCache:
    """Tokens by role and provider, each asked for once and again after it was refused."""

    def __init__(self, issue: Issue) -> None:
        """Keep tokens that `issue(role, provider_id)` makes."""
        self._issue = issue
        self._known: dict[tuple[str, str | None], str] = {}
        self._lock = Lock()

    def token_for(self, role: str, provider_id: str | None = None) -> str:
        """Return a token of a role; for a provider's staff that of the provider."""
        with self._lock:
            caller = (role, provider_id)
            if caller not in self._known:
                self._known[caller] = self._issue(role, provider_id)
            return self._known[caller]

    def forget(self, token: str) -> None:
        """Drop a token that was refused, so that the next one is fresh."""
        with self._lock:
            self._known = {who: kept for who, kept in self._known.items() if kept != token}
