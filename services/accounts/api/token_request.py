"""Reading a token request: RFC 6749 sections 2.3.1 (who asks) and 4.4.2 (for what)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote_plus

from services.accounts.domain.refusals import (
    InvalidClient,
    InvalidScope,
    InvalidTokenRequest,
    UnsupportedGrantType,
)

_KNOWN = ("grant_type", "client_id", "client_secret", "scope")


@dataclass(frozen=True, slots=True)
class Credentials:
    """A client's id and secret as they were sent."""

    client_id: str
    secret: str


def read_token_request(form: Mapping[str, list[str]], *, authorization: str | None) -> Credentials:
    """Return the credentials of a client-credentials request.

    Parameters that RFC 6749 does not name are ignored, as it demands. Raises the refusals of `domain.refusals`.
    """
    given = _parameters(form)
    grant_type = given.get("grant_type")
    if grant_type is None:
        raise InvalidTokenRequest("The parameter grant_type is missing. Send client_credentials.")
    if grant_type != "client_credentials":
        raise UnsupportedGrantType
    credentials = _credentials(given, authorization)
    if "scope" in given:
        raise InvalidScope
    return credentials


def _parameters(form: Mapping[str, list[str]]) -> dict[str, str]:
    """Take the parameters we know; one sent without a value counts as not sent (section 3.2)."""
    for name in _KNOWN:
        if len(form.get(name, ())) > 1:
            raise InvalidTokenRequest(f"The parameter {name} was sent twice. Send it once.")
    return {name: form[name][0] for name in _KNOWN if form.get(name, [""])[0] != ""}


def _credentials(given: Mapping[str, str], authorization: str | None) -> Credentials:
    in_form = "client_secret" in given
    if authorization is None:
        if not in_form or "client_id" not in given:
            raise InvalidClient
        return Credentials(given["client_id"], given["client_secret"])
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
    return Credentials(unquote_plus(client_id), unquote_plus(secret))
