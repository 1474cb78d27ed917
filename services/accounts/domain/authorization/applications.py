"""Applications: programs that people use and that call in their name, such as the portal or an app on a phone.

A client (`domain.clients`) calls for itself and has a mandate of its own; an application has none: what it may do is
what the person may who signed in. All of them are registered on the server by whoever runs the programme.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import SplitResult, urlsplit

LONGEST_URI = 500
MOST_URIS = 20
_LOOPBACK = frozenset({"127.0.0.1", "::1"})
_PLAIN = re.compile(r"\A[!-~]+\Z")
_PRIVATE_SCHEME = re.compile(r"\A[a-z][a-z0-9-]*(\.[a-z0-9-]+)+\Z")
_UNSAFE_SCHEMES = frozenset({"javascript", "data", "vbscript", "file", "blob", "about"})


class UnusableApplication(ValueError):
    """An application that cannot be registered as described."""


@dataclass(frozen=True, slots=True)
class Application:
    """A registered application.

    `secret_digest` is None for a public one, which cannot keep a secret, such as an app on a phone.
    """

    client_id: str
    secret_digest: str | None
    redirect_uris: tuple[str, ...]
    name: str
    created_at: datetime
    disabled_at: datetime | None = None

    @property
    def is_public(self) -> bool:
        """Tell whether it proves itself by PKCE alone."""
        return self.secret_digest is None

    def may_be_answered_at(self, uri: str) -> bool:
        """Tell whether a browser may be led back to an address.

        It must be a registered one, letter by letter (RFC 9700 section 2.1); on a person's own machine the port is the
        application's to choose (RFC 8252 section 7.3).
        """
        return uri in self.redirect_uris or _without_port(uri) in self.redirect_uris


def check_redirect_uri(uri: str) -> None:
    """Raise `UnusableApplication` for an address that answers must not go to.

    It is https; or http on the person's own machine (a program there listens for the answer); or of a scheme of the
    application's own, which is a domain name turned round (RFC 8252 section 7.1).
    """
    if len(uri) > LONGEST_URI or not _PLAIN.match(uri):
        raise UnusableApplication(
            f"a redirect URI is at most {LONGEST_URI} printable ASCII characters without spaces"
        )
    parts = _split(uri)
    if parts is None or parts.fragment or "#" in uri or parts.username is not None:
        raise UnusableApplication(f"a redirect URI has no fragment and no user name: {uri}")
    if not _is_answerable(parts):
        raise UnusableApplication(
            f"a redirect URI is https, http on 127.0.0.1 or [::1], or of a scheme such as id.example.app: {uri}"
        )


def check_redirect_uris(uris: tuple[str, ...]) -> None:
    """Raise `UnusableApplication` unless there are some, and each can be registered."""
    if not 0 < len(uris) <= MOST_URIS or len(set(uris)) < len(uris):
        raise UnusableApplication(f"an application has 1 to {MOST_URIS} different redirect URIs")
    for uri in uris:
        check_redirect_uri(uri)


def _is_answerable(parts: SplitResult) -> bool:
    if parts.scheme == "https":
        return bool(parts.hostname)
    if parts.scheme == "http":
        return parts.hostname in _LOOPBACK
    return parts.scheme not in _UNSAFE_SCHEMES and bool(_PRIVATE_SCHEME.match(parts.scheme))


def _without_port(uri: str) -> str | None:
    parts = _split(uri)
    if parts is None or parts.scheme != "http" or parts.hostname not in _LOOPBACK or "@" in uri:
        return None
    host = f"[{parts.hostname}]" if ":" in str(parts.hostname) else str(parts.hostname)
    return parts._replace(netloc=host).geturl()


def _split(uri: str) -> SplitResult | None:
    try:
        parts = urlsplit(uri)
        _ = parts.port
    except ValueError:
        return None
    return parts
