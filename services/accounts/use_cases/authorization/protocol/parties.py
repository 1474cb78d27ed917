"""Who takes part: the application, and the person it acts for, as Authlib asks about them."""

from __future__ import annotations

from dataclasses import dataclass

from authlib.oauth2.rfc6749 import ClientMixin

from services.accounts.domain.authorization.applications import Application
from services.accounts.domain.authorization.grants import OPENID, Grant
from services.accounts.domain.mandates import Mandate

RESPONSE_TYPES = ("code",)
GRANT_TYPES = ("authorization_code", "refresh_token")


@dataclass(frozen=True, slots=True)
class GrantedPerson:
    """Whom a grant lets an application act for, and what that person may do now.

    `refreshed` is the digest of the refresh token that is being used up.
    """

    grant: Grant
    mandate: Mandate
    refreshed: str | None = None


class Client(ClientMixin):
    """An application in force, as Authlib asks about it."""

    def __init__(self, application: Application) -> None:
        self.application = application

    def get_client_id(self) -> str:
        return self.application.client_id

    def get_default_redirect_uri(self) -> None:
        """Have every request say where its answer goes, also of an application with one address."""

    def get_allowed_scope(self, scope: str | None) -> str:
        """Return what is asked for; which scopes there are the server has judged by then."""
        return scope or OPENID

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return self.application.may_be_answered_at(redirect_uri)

    def check_response_type(self, response_type: str) -> bool:
        return response_type in RESPONSE_TYPES

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type in GRANT_TYPES
