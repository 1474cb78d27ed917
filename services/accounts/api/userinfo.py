"""`/oauth/userinfo`, by GET and by POST: OpenID Connect Core (5.3.1) has both, and libraries use either."""

from __future__ import annotations

from chassis.calls import Call
from chassis.endpoints import Endpoints, KeyUse
from chassis.idempotency import Answer, json_answer
from services.accounts.api.documents import Person
from services.accounts.domain.authorization.id_tokens import person_claims
from services.accounts.domain.mandates import Mandate
from services.accounts.service import AccountsService
from vocabulary.roles import AUDITOR, HOLDER, OFFICER, OPERATOR, PROVIDER

PEOPLE = (HOLDER, PROVIDER, OFFICER, OPERATOR, AUDITOR)

endpoints: Endpoints[AccountsService] = Endpoints()


@endpoints.get("/oauth/userinfo", allow=PEOPLE, shows=Person)
@endpoints.post("/oauth/userinfo", allow=PEOPLE, key=KeyUse.NONE, shows=Person)
def userinfo(call: Call, _: AccountsService) -> Answer:
    """Tell whom the token names, as the token says it.

    The token stands in the Authorization header; one in a form is not read.
    """
    caller = call.caller
    mandate = Mandate(caller.role, caller.provider, caller.card, caller.region)
    return json_answer(200, person_claims(account_id=caller.subject, mandate=mandate))
