"""Reading a form: RFC 6749 sections 2.3.1 (who asks) and 3.2 (each parameter once)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote_plus

from services.accounts.domain.refusals import (
    InvalidClient,
    InvalidScope,
    InvalidTokenRequest,
    UnsupportedGrantType,
)

CLIENT_CREDENTIALS = "client_credentials"
GRANT_TYPES = (CLIENT_CREDENTIALS, "authorization_code", "refresh_token")
_KNOWN = (
    *("grant_type", "client_id", "client_secret", "scope"),
    *("code", "redirect_uri", "code_verifier", "refresh_token"),
    "token",
)


@dataclass(frozen=True, slots=True)
class Credentials:
    """A client's id and secret as they were sent; a public application has no secret."""

    client_id: str
    secret: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class FormRequest:
    """Who asks, and the parameters that we know, each once."""

    credentials: Credentials
    given: Mapping[str, str] = field(repr=False)

    @property
    def listed(self) -> dict[str, list[str]]:
        """Return the parameters as a form has them."""
        return {name: [value] for name, value in self.given.items()}


def read_token_request(form: Mapping[str, list[str]], *, authorization: str | None) -> FormRequest:
    """Return a request for tokens.

    Parameters that RFC 6749 does not name are ignored, as it demands. Raises the refusals of `domain.refusals`.
    """
    given = _parameters(form)
    grant_type = given.get("grant_type")
    if grant_type is None:
        raise InvalidTokenRequest(
            f"The parameter grant_type is missing. Send one of: {', '.join(GRANT_TYPES)}."
        )
    if grant_type not in GRANT_TYPES:
        raise UnsupportedGrantType
    credentials = _credentials(given, authorization)
    if grant_type == CLIENT_CREDENTIALS and "scope" in given:
        raise InvalidScope
    return FormRequest(credentials, given)


def read_revocation(form: Mapping[str, list[str]], *, authorization: str | None) -> FormRequest:
    """Return a request to take a token back (RFC 7009 section 2.1). Raises the refusals of `domain.refusals`."""
    given = _parameters(form)
    credentials = _credentials(given, authorization)
    if "token" not in given:
        raise InvalidTokenRequest("The parameter token is missing. Send the token to take back.")
    return FormRequest(credentials, given)


def _parameters(form: Mapping[str, list[str]]) -> dict[str, str]:
    """Take the parameters we know; one sent without a value counts as not sent (section 3.2)."""
    for name in _KNOWN:
        if len(form.get(name, ())) > 1:
            raise InvalidTokenRequest(f"The parameter {name} was sent twice. Send it once.")
    return {name: form[name][0] for name in _KNOWN if form.get(name, [""])[0] != ""}


def _credentials(given: Mapping[str, str], authorization: str | None) -> Credentials:
    in_form = "client_secret" in given
    if authorization is None:
        if "client_id" not in given:
            raise InvalidClient
        return Credentials(given["client_id"], given.get("client_secret"))
    if in_form:
        raise InvalidTokenRequest("Send the credentials by HTTP Basic or in the form, not in both.")
    credentials = _basic(authorization)
    if given.get("client_id", credentials.client_id) != credentials.client_id:
        raise InvalidTokenRequest("The form names another client_id than HTTP Basic does.")
    return credentials


def _basic(authorization: str) -> Credentials:
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        raise InvalidClient("Authenticate by HTTP Basic; this call takes no access token.")
    try:
        pair = base64.b64decode(encoded.strip(), validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        raise InvalidClient("The HTTP Basic credentials cannot be read.") from None
    client_id, separator, secret = pair.partition(":")
    if not separator:
        raise InvalidClient("The HTTP Basic credentials are an id, a colon and a secret.")
    return Credentials(unquote_plus(client_id), unquote_plus(secret) or None)
