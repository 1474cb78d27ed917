"""Lists of people who may hold no card: announced, previewed, put in force and taken back."""

from __future__ import annotations

from dataclasses import asdict

import sqlalchemy as sa

from chassis.calls import Call
from chassis.endpoints import Endpoints, KeyUse
from chassis.idempotency import Answer, json_answer
from chassis.identifiers import new_id
from chassis.problems import NotFound, StateConflict
from services.enrolment.api.answers import show
from services.enrolment.api.exclusion_list_documents import (
    ActivationRequest,
    ListRequest,
    ListsQuery,
    ShownActivation,
    ShownList,
    ShownLists,
)
from services.enrolment.api.fields import ReasonGiven
from services.enrolment.queries.exclusion_lists import list_lists, show_list
from services.enrolment.queries.exclusion_preview import preview_activation
from services.enrolment.service import EnrolmentService
from services.enrolment.use_cases.exclusion.activate_list import activate_list
from services.enrolment.use_cases.exclusion.announce_list import AnnounceList, announce_list
from services.enrolment.use_cases.exclusion.withdraw_list import withdraw_list
from services.enrolment.use_cases.shared.actor import Actor, called_by
from vocabulary.refusals.admission import PreviewOutdated
from vocabulary.refusals.draw import DrawUnderWay
from vocabulary.roles import AUDITOR, OPERATOR

endpoints: Endpoints[EnrolmentService] = Endpoints("/api/v1")
_LISTS, _BY_ID = "/exclusion-lists", "/exclusion-lists/<id:list_id>"


@endpoints.get(_LISTS, allow=(OPERATOR, AUDITOR), query=ListsQuery, shows=ShownLists)
def get_lists(call: Call, service: EnrolmentService) -> Answer:
    """List the versions of all lists of people who may hold no card, the newest first."""
    query = call.query
    with service.database.reading() as connection:
        document = list_lists(
            connection, query["page"], group=query["group"], state=query["status"]
        )
    return json_answer(200, document)


@endpoints.get(_BY_ID, allow=(OPERATOR, AUDITOR), shows=ShownList)
def get_list(call: Call, service: EnrolmentService) -> Answer:
    """Show a list, and how far it is."""
    with service.database.reading() as connection:
        document = show_list(connection, call.path["list_id"])
    return show(document)


@endpoints.post(
    _LISTS,
    allow=(OPERATOR,),
    body=ListRequest,
    key=KeyUse.REQUIRED,
    status=201,
    shows=ShownList,
    sends=("Location",),
)
def post_list(call: Call, service: EnrolmentService) -> Answer:
    """Announce a list: of which group, who issued it and as of when. Its file is sent next."""
    list_id, actor = new_id(), _actor(call)
    command = AnnounceList(list_id=list_id, actor=actor, **call.body)

    def announce(connection: sa.Connection) -> Answer:
        announce_list(connection, command, stores=service.stores)
        location = {"Location": f"/api/v1/exclusion-lists/{list_id}"}
        return json_answer(201, show_list(connection, list_id) or {}, location)

    return service.transactions.answer(call.key, announce, seconds=call.seconds_left)


@endpoints.get(
    f"{_BY_ID}/preview", allow=(OPERATOR,), shows=ShownActivation, refuses=(StateConflict,)
)
def get_preview(call: Call, service: EnrolmentService) -> Answer:
    """Tell what putting a list in force would do.

    That is how many people it adds and removes, beside the list in force, and how many live cards it would hit.
    """
    stores = service.stores
    with service.database.reading() as connection:
        one = stores.exclusion_lists.read(connection, call.path["list_id"])
        if one is None:
            raise NotFound
        one.check_preview()
        before = stores.exclusion_lists.in_force(connection, one.group)
    counts = asdict(preview_activation(one, before, stores=stores))
    follows = None if before is None else before.list_id
    told = {"in_the_place_of": follows, **counts, "preview": one.preview(follows)}
    return json_answer(200, told)


@endpoints.post(
    f"{_BY_ID}/activation",
    allow=(OPERATOR,),
    body=ActivationRequest,
    key=KeyUse.REQUIRED,
    shows=ShownList,
    refuses=(StateConflict, PreviewOutdated, DrawUnderWay),
)
def post_activation(call: Call, service: EnrolmentService) -> Answer:
    """Put a list in force as it was previewed, as a whole and at once.

    From then on people on it are refused (`excluded`). About holders of cards who are on it the worker opens cases;
    nothing happens to a card by itself.
    """
    list_id, actor = call.path["list_id"], _actor(call)

    def activate(connection: sa.Connection) -> Answer:
        preview = call.body["preview"]
        activate_list(connection, list_id, preview=preview, actor=actor, stores=service.stores)
        return show(show_list(connection, list_id))

    return service.transactions.answer(call.key, activate, seconds=call.seconds_left)


@endpoints.post(
    f"{_BY_ID}/withdrawal",
    allow=(OPERATOR,),
    body=ReasonGiven,
    key=KeyUse.REQUIRED,
    shows=ShownList,
    refuses=(StateConflict, DrawUnderWay),
)
def post_withdrawal(call: Call, service: EnrolmentService) -> Answer:
    """Take a list back; where it was in force, the one before it is in force again.

    Cases that it opened stay, and show who is on no list in force any longer: an operator dismisses each.
    """
    list_id, actor = call.path["list_id"], _actor(call)

    def withdraw(connection: sa.Connection) -> Answer:
        reason = call.body["reason"]
        withdraw_list(connection, list_id, reason=reason, actor=actor, stores=service.stores)
        return show(show_list(connection, list_id))

    return service.transactions.answer(call.key, withdraw, seconds=call.seconds_left)


def _actor(call: Call) -> Actor:
    return called_by(call.caller, call.request_id)
