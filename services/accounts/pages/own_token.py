"""The token with which accounts asks other services in its own name."""

from __future__ import annotations

from services.accounts.domain.actors import ITSELF
from services.accounts.domain.mandates import Mandate
from services.accounts.service import AccountsService
from services.accounts.use_cases.issue_token import issue_token
from vocabulary.roles import SYSTEM


def own_token(house: AccountsService) -> str:
    """Sign a token of the role `system`. Raises `Unavailable` where there is no key yet."""
    with house.database.reading() as connection:
        return issue_token(
            connection,
            seal=house.seal,
            subject=ITSELF,
            mandate=Mandate(SYSTEM),
            issuer=house.settings.token_issuer,
            audience=house.settings.token_audience,
            now=house.database.now(connection),
        )
