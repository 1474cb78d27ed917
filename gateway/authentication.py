"""Whether a caller gets through at all. What a role may do, each service decides for itself, from the same token."""

from __future__ import annotations

from chassis.identity import Principal, TokenVerifier, bearer_token
from chassis.problems import Unauthenticated
from gateway.revocations import Revocations
from gateway.routes import Access, Route


def admit(
    route: Route, authorization: str | None, verifier: TokenVerifier, revocations: Revocations
) -> Principal | None:
    """Let a request through and return who sent it, where a token tells.

    Raises `Unauthenticated`; `Unavailable` while the issuer's keys are not known.

    A token that is sent must be good on public routes too: its owner should learn that it is not.
    """
    if route.access in (Access.OWN_CREDENTIALS, Access.PAGE):
        return None
    token = bearer_token(authorization)
    if token is None:
        if route.access is Access.BEARER:
            raise Unauthenticated
        return None
    caller = verifier.verify(token)
    if revocations.include(caller):
        raise Unauthenticated("The access token was taken back. Sign in again.", presented=True)
    return caller
