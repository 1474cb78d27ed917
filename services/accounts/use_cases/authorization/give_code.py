"""Lead a browser back to the application that asked, with a code for the person who is signed in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from authlib.common.urls import add_params_to_uri
from authlib.oauth2.rfc6749 import OAuth2Error
from authlib.oidc.core.errors import LoginRequiredError

from services.accounts.domain.people.sessions import SignedIn
from services.accounts.storage.people.sessions import lock_session
from services.accounts.use_cases.authorization.protocol.code_grant import CodeGrant
from services.accounts.use_cases.authorization.protocol.desk import Desk
from services.accounts.use_cases.authorization.protocol.requests import ProtocolRequest
from services.accounts.use_cases.authorization.protocol.server import Server


@dataclass(frozen=True, slots=True)
class LedBack:
    """Where the browser goes: the application's address, with a code or with what is wrong."""

    location: str


@dataclass(frozen=True, slots=True)
class SignInFirst:
    """The person has to sign in, or to sign in again, before there is an answer."""


@dataclass(frozen=True, slots=True)
class NobodyToAnswer:
    """The application is not known, or asks to be answered at an address that is not its own: only the person is told.

    `why` is for whoever builds the application.
    """

    why: str


def give_code(
    desk: Desk, given: Mapping[str, list[str]], *, person: SignedIn | None
) -> LedBack | SignInFirst | NobodyToAnswer:
    """Answer an authorization request (RFC 6749 section 4.1.1, OpenID Connect Core 1.0 section 3.1.2)."""
    server = Server(desk)
    request = ProtocolRequest("GET", given)
    person = person and _confirmed(desk, person)
    try:
        grant: CodeGrant = server.get_consent_grant(request, end_user=person)
        if (
            person is None
            or grant.prompt in ("login", "select_account")
            or _is_stale(desk, request)
        ):
            if request.payload.data.get("prompt") == "none":
                raise LoginRequiredError(
                    redirect_uri=grant.redirect_uri, state=request.payload.state
                )
            return SignInFirst()
    except OAuth2Error as error:
        return _told(desk, error)
    told = server.create_authorization_response(request, grant_user=person, grant=grant)
    if isinstance(told, OAuth2Error):
        return _told(desk, told)
    return LedBack(_from(desk, dict(told[2])["Location"]))


def _confirmed(desk: Desk, person: SignedIn) -> SignedIn | None:
    """Return whoever is signed in if that still holds, and let nobody end it before the code is there.

    Who signs out, or chooses another password, ends the session first and then what was granted in it: so no grant is
    made behind their back.
    """
    session = lock_session(desk.connection, person.session_id)
    still = session is not None and session.is_alive(role=person.mandate.role, now=desk.now)
    return person if still and desk.mandate_of(person.account_id) is not None else None


def _is_stale(desk: Desk, request: ProtocolRequest) -> bool:
    """Tell whether the person signed in longer ago than the application bears (`max_age`, in seconds)."""
    most = request.payload.data.get("max_age")
    if most is None:
        return False
    person: SignedIn = request.user
    return (desk.now - person.authenticated_at).total_seconds() > int(most)


def _told(desk: Desk, error: OAuth2Error) -> LedBack | NobodyToAnswer:
    if not error.redirect_uri:
        return NobodyToAnswer(str(error.get_error_description() or error.error))
    location: str = dict(error()[2])["Location"]
    return LedBack(_from(desk, location))


def _from(desk: Desk, location: str) -> str:
    """Say who answers (RFC 9207), so that an application with several issuers mixes none of them up."""
    told: str = add_params_to_uri(location, [("iss", desk.issuer)])
    return told
