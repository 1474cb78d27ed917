"""Give an application tokens for a code, or for the refresh token it has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from authlib.oauth2.rfc6749 import OAuth2Error

from services.accounts.domain.authorization.applications import Application
from services.accounts.domain.refusals import OAuthProblem, problem_for
from services.accounts.use_cases.authorization.protocol.desk import Desk
from services.accounts.use_cases.authorization.protocol.parties import Client
from services.accounts.use_cases.authorization.protocol.requests import ProtocolRequest
from services.accounts.use_cases.authorization.protocol.server import Server


def give_tokens(
    desk: Desk, given: Mapping[str, list[str]], *, application: Application
) -> dict[str, Any] | OAuthProblem:
    """Return the tokens, or why there are none.

    A refusal is returned and not raised: a code or a token that comes a second time has ended its grant by then, and
    that must be committed.
    """
    request = ProtocolRequest("POST", given, client=Client(application))
    told = Server(desk).create_token_response(request)
    if isinstance(told, OAuth2Error):
        return problem_for(told.error, told.get_error_description())
    tokens: dict[str, Any] = told[1]
    return tokens
