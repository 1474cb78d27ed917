"""`GET /oauth/userinfo`."""

from __future__ import annotations

from chassis.endpoints import Call, Endpoints
from chassis.idempotency import Answer, json_answer
from services.accounts.api.documents import Person
from services.accounts.domain.authorization.id_tokens import person_claims
from services.accounts.domain.mandates import Mandate
from services.accounts.service import AccountsService
from vocabulary.roles import AUDITOR, HOLDER, OFFICER, OPERATOR, PROVIDER

PEOPLE = (HOLDER, PROVIDER, OFFICER, OPERATOR, AUDITOR)

endpoints: Endpoints[AccountsService] = Endpoints()


@endpoints.get("/oauth/userinfo", allow=PEOPLE, shows=Person)
def userinfo(call: Call, _: AccountsService) -> Answer:
    """Tell whom the token names, as the token says it."""
    caller = call.caller
    mandate = Mandate(caller.role, caller.provider, caller.card, caller.region)
    return json_answer(200, person_claims(account_id=caller.subject, mandate=mandate))
