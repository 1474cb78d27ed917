"""What the token endpoint and its neighbours refuse, in the words of RFC 6749 section 5.2.

That RFC wants a JSON object with `error` and `error_description`; everything else here answers RFC 9457 problem
documents. These are both: a problem document whose members include the RFC's two. An OAuth client library reads
`error` from the JSON as ever (none in use insists on the media type of an error), and a person or a log finds the
same `code` and `request_id` as everywhere. The alternative, plain OAuth errors on this one path, would be a
second error format.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from chassis.problems import Problem, TooManyRequests


class OAuthProblem(Problem):
    """A refusal with the RFC 6749 error code that it stands for."""

    error: ClassVar[str]
    tells = (("error", str), ("error_description", str))

    def __init__(self, detail: str | None = None, *, headers: dict[str, str] | None = None) -> None:
        description = _quotable(detail or self.default_detail)
        super().__init__(
            detail,
            facts={"error": self.error, "error_description": description},
            headers={"Cache-Control": "no-store", **(headers or {})},
        )


def _quotable(text: str) -> str:
    """Keep an error_description within the characters that RFC 6749 allows it."""
    return "".join("'" if c in '"\\' else c for c in text if " " <= c <= "~")


class InvalidTokenRequest(OAuthProblem):
    code = "invalid-token-request"
    error = "invalid_request"
    status = 400
    title = "The token request lacks something or says it twice"
    meaning = (
        "The form breaks RFC 6749: a parameter is missing, stands twice, or the credentials came "
        "in two ways."
    )
    default_detail = "Send grant_type once, and what goes with it once."


class UnsupportedGrantType(OAuthProblem):
    code = "unsupported-grant-type"
    error = "unsupported_grant_type"
    status = 400
    title = "Tokens are not given for this kind of grant"
    meaning = "The form asks for another grant than this server gives."
    default_detail = "Send grant_type=client_credentials, authorization_code or refresh_token."


class InvalidScope(OAuthProblem):
    code = "invalid-scope"
    error = "invalid_scope"
    status = 400
    title = "There is no such scope"
    meaning = "The form names a scope that the grant does not have; for a program that calls for itself there are none."
    default_detail = "Leave the parameter scope out: what a token allows follows from its role."


class InvalidClient(OAuthProblem):
    """One answer for an unknown client, a disabled one and a wrong secret."""

    code = "invalid-client"
    error = "invalid_client"
    status = 401
    title = "The client is not known by these credentials"
    meaning = (
        "No enabled client has this id and secret. An unknown id, a wrong secret and a disabled "
        "client are answered alike."
    )
    sends = ("WWW-Authenticate",)
    default_detail = "Send the client's id and secret by HTTP Basic or as client_id and client_secret in the form."

    def __init__(self, detail: str | None = None) -> None:
        challenge = 'Basic realm="balai", charset="UTF-8"'
        super().__init__(detail, headers={"WWW-Authenticate": challenge})


class InvalidGrant(OAuthProblem):
    """One answer for a code or token that never was, is over, was used, or is another application's."""

    code = "invalid-grant"
    error = "invalid_grant"
    status = 400
    title = "The code or the refresh token is good for nothing"
    meaning = (
        "The code or refresh token is not known, too old or used, was given to another application, or the redirect_uri"
        " or the code_verifier does not belong to it; or its person may not sign in any more."
    )
    default_detail = (
        "Send the person through /oauth/authorize again. A code is good once, for a minute, with the redirect_uri and"
        " the code_verifier of its request; of refresh tokens the last one given is good."
    )


class UnauthorizedClient(OAuthProblem):
    code = "unauthorized-client"
    error = "unauthorized_client"
    status = 400
    title = "This kind of grant is not for this client"
    meaning = (
        "A program that calls for itself asks by client_credentials; an application that people sign in at, by"
        " authorization_code and refresh_token."
    )
    default_detail = "Ask by the grant that the client was registered for."


_BY_ERROR: Mapping[str, type[OAuthProblem]] = {
    refusal.error: refusal
    for refusal in (
        InvalidTokenRequest,
        UnsupportedGrantType,
        InvalidScope,
        InvalidGrant,
        UnauthorizedClient,
    )
}


def problem_for(error: str, description: str | None) -> OAuthProblem:
    """Return the problem that stands for an error of RFC 6749: what is wrong, then what to do about it.

    Raises `KeyError` for one that no call meets.
    """
    refusal = _BY_ERROR[error]
    if not description:
        return refusal()
    return refusal(f"{description.removesuffix('.')}. {refusal.default_detail}")


class TooManyTokenRequests(TooManyRequests):
    default_detail = (
        "Keep a token until shortly before it expires, and wait as long as Retry-After says."
    )

    def __init__(self, *, retry_after: int) -> None:
        super().__init__(retry_after=retry_after)
        self.headers["Cache-Control"] = "no-store"
