"""Whether a caller gets through at all. What a role may do, each service decides for itself, from the same token."""

from __future__ import annotations

from chassis.identity import TokenVerifier, bearer_token
from chassis.problems import Unauthenticated
from gateway.revocations import Revocations
from gateway.routes import Access, Route


def admit(
    route: Route, authorization: str | None, verifier: TokenVerifier, revocations: Revocations
) -> None:
    """Let a request through, or raise `Unauthenticated`; `Unavailable` while the issuer's keys are not known.

    A token that is sent must be good on public routes too: its owner should learn that it is not.
    """
    if route.access in (Access.OWN_CREDENTIALS, Access.PAGE):
        return
    token = bearer_token(authorization)
    if token is not None:
        if revocations.include(verifier.verify(token)):
            raise Unauthenticated("The access token was taken back. Sign in again.", presented=True)
    elif route.access is Access.BEARER:
        raise Unauthenticated
